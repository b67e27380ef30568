import type { BinaryOp, Tensor, UnaryOp } from '../../ir/loopForm.js';
import type { Language } from '../../loops/expressionWriter.js';

/** Whole numbers read from a tensor are limited to what float32 holds exactly, so that sums of them stay in 32 bits. */
const MAX_FROM_DATA = 2 ** 24;

/** WGSL has no infinite constants; what bounds nothing may as well be the largest number. */
const MAX_FLOAT = (2 - 2 ** -23) * 2 ** 127;

const UNARY: Readonly<Record<UnaryOp, (x: string) => string>> = {
  neg: (x) => `-${x}`,
  abs: (x) => `abs(${x})`,
  sign: (x) => `sign(${x})`,
  floor: (x) => `floor(${x})`,
  truncate: (x) => `trunc(${x})`,
  sqrt: (x) => `sqrt(${x})`,
  exp: (x) => `exp(${x})`,
  log: (x) => `log(${x})`,
  reciprocal: (x) => `1f / ${x}`,
  tanh: (x) => `stableTanh(${x})`,
  sigmoid: (x) => `stableSigmoid(${x})`,
  half: (x) => `half(${x})`,
  softplus: (x) => `stableSoftplus(${x})`,
};

const SYMBOLS: Readonly<Partial<Record<BinaryOp, string>>> = { add: '+', sub: '-', mul: '*', div: '/' };

/**
 * Functions that generated kernels call. WGSL's own `tanh` may overflow, and has no bound on its relative error near 0;
 * the exponential of a number below 0 does not overflow. b is above 0, and rounding is downwards.
 */
export const FUNCTIONS = `\
fn stableTanh(x: f32) -> f32 {
  let e = exp(-2f * abs(x));
  let s = x * x;
  let small = x * (1f - s * (0.33333334f - s * (0.13333334f - s * (0.053968254f - s * 0.021869488f))));
  return select(sign(x) * (1f - e) / (1f + e), small, s < 0.0625f);
}
fn stableSigmoid(x: f32) -> f32 {
  let e = exp(-abs(x));
  return select(e, 1f, x >= 0f) / (1f + e);
}
fn stableSoftplus(x: f32) -> f32 {
  let e = exp(-abs(x));
  return max(x, 0f) + select(log(1f + e), e * (1f - 0.5f * e), e < 1e-3f);
}
fn floorDiv(a: i32, b: i32) -> i32 {
  return select(a, a - (b - 1), a < 0) / b;
}`;

/** Reads an element of a tensor at a place that is surely in it. */
export type ElementAt = (tensor: Tensor, place: string) => string;

/** The language of WebGPU's kernels: elements are f32, indices i32. */
export class Wgsl implements Language {
  /** Whether kernels call `half`, which rounds to a 16-bit float. */
  roundsToHalves = false;

  constructor(private readonly elementAt: ElementAt) {}

  define(name: string, code: string): string {
    return `let ${name} = ${code};`;
  }

  number(value: number): string {
    const rounded = Math.max(-MAX_FLOAT, Math.min(MAX_FLOAT, Math.fround(value)));
    return bracketed(`${Object.is(rounded, -0) ? '-0' : rounded}f`);
  }

  integer(value: number): string {
    return bracketed(`${value}`);
  }

  unary(op: UnaryOp, x: string): string {
    this.roundsToHalves ||= op === 'half';
    return UNARY[op](x);
  }

  binary(op: BinaryOp, x: string, y: string): string {
    const symbol = SYMBOLS[op];
    return symbol === undefined ? `${op}(${x}, ${y})` : `${x} ${symbol} ${y}`;
  }

  choose(condition: string, x: string, y: string): string {
    return `select(${y}, ${x}, ${condition})`;
  }

  isPositive(x: string): string {
    return `${x} > 0f`;
  }

  /** A number below 0, read as one without a sign, is above every bound. */
  isWithin(index: string, low: number | undefined, high: number | undefined): string {
    if (low === 0 && high !== undefined) return `u32(${index}) < ${high}u`;
    const bounds = [
      ...(low === undefined ? [] : [`${index} >= ${this.integer(low)}`]),
      ...(high === undefined ? [] : [`${index} < ${this.integer(high)}`]),
    ];
    return bounds.length === 0 ? 'true' : bounds.join(' && ');
  }

  /** Where the guard does not hold, the first element is read. */
  element(tensor: Tensor, place: string, guard?: string): string {
    return this.elementAt(tensor, guard === undefined ? place : `select(0, ${place}, ${guard})`);
  }

  fromIndex(index: string): string {
    return `f32(${index})`;
  }

  toIndex(element: string): string {
    return `i32(clamp(round(${element}), -${MAX_FROM_DATA}f, ${MAX_FROM_DATA}f))`;
  }

  div(index: string, by: number, mayBeNegative: boolean): string {
    return mayBeNegative ? `floorDiv(${index}, ${by})` : `((${index}) / ${by})`;
  }

  mod(index: string, by: number, mayBeNegative: boolean): string {
    return mayBeNegative ? `((${index}) - ${by} * floorDiv(${index}, ${by}))` : `((${index}) % ${by})`;
  }

  abs(index: string): string {
    return `abs(${index})`;
  }
}

function bracketed(literal: string): string {
  return literal.startsWith('-') ? `(${literal})` : literal;
}
