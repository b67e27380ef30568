import type { BinaryOp, Tensor, UnaryOp } from '../../ir/loopForm.js';
import type { Language } from '../../loops/expressionWriter.js';

/** The arithmetic of the results: of 64 bits, or each result rounded to 32. */
export type Precision = 'f64' | 'f32';

const UNARY: Readonly<Record<UnaryOp, (x: string) => string>> = {
  neg: (x) => `-${x}`,
  abs: (x) => `Math.abs(${x})`,
  sign: (x) => `Math.sign(${x})`,
  floor: (x) => `Math.floor(${x})`,
  truncate: (x) => `Math.trunc(${x})`,
  sqrt: (x) => `Math.sqrt(${x})`,
  exp: (x) => `Math.exp(${x})`,
  log: (x) => `Math.log(${x})`,
  reciprocal: (x) => `1 / ${x}`,
  tanh: (x) => `Math.tanh(${x})`,
  sigmoid: (x) => `1 / (1 + Math.exp(-${x}))`,
  half: (x) => `half(${x})`,
  softplus: (x) => `Math.max(${x}, 0) + Math.log1p(Math.exp(-Math.abs(${x})))`,
};

const BINARY: Readonly<Record<BinaryOp, (x: string, y: string) => string>> = {
  add: (x, y) => `${x} + ${y}`,
  sub: (x, y) => `${x} - ${y}`,
  mul: (x, y) => `${x} * ${y}`,
  div: (x, y) => `${x} / ${y}`,
  min: (x, y) => `Math.min(${x}, ${y})`,
  max: (x, y) => `Math.max(${x}, ${y})`,
};

/** JavaScript, as the interpreter compiles it. */
export class JavaScript implements Language {
  /** @param nameOf of a tensor's elements */
  constructor(
    private readonly precision: Precision,
    private readonly nameOf: (tensor: Tensor) => string,
  ) {}

  define(name: string, code: string): string {
    return `const ${name} = ${code};`;
  }

  /** The result of one operation. */
  round(code: string): string {
    return this.precision === 'f32' ? `Math.fround(${code})` : code;
  }

  number(value: number): string {
    return this.round(this.integer(value));
  }

  integer(value: number): string {
    return value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? '-0' : value})` : `${value}`;
  }

  unary(op: UnaryOp, x: string): string {
    return this.round(UNARY[op](x));
  }

  binary(op: BinaryOp, x: string, y: string): string {
    return this.round(BINARY[op](x, y));
  }

  choose(condition: string, x: string, y: string): string {
    return `${condition} ? ${x} : ${y}`;
  }

  isPositive(x: string): string {
    return `${x} > 0`;
  }

  isWithin(index: string, low: number | undefined, high: number | undefined): string {
    const bounds = [
      ...(low === undefined ? [] : [`${index} >= ${this.integer(low)}`]),
      ...(high === undefined ? [] : [`${index} < ${this.integer(high)}`]),
    ];
    return bounds.length === 0 ? 'true' : bounds.join(' && ');
  }

  /** V8 does not optimise reading outside of an array. */
  element(tensor: Tensor, place: string, guard?: string): string {
    const element = `${this.nameOf(tensor)}[${place}]`;
    return guard === undefined ? element : `${guard} ? ${element} : 0`;
  }

  fromIndex(index: string): string {
    return index;
  }

  toIndex(element: string): string {
    return `Math.round(${element})`;
  }

  div(index: string, by: number): string {
    return `Math.floor(${index} / ${by})`;
  }

  mod(index: string, by: number): string {
    return `(${index} - ${by} * Math.floor(${index} / ${by}))`;
  }

  abs(index: string): string {
    return `Math.abs(${index})`;
  }
}
