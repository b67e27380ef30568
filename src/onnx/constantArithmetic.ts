import type { Shape } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';

/** Numbers that are known before a graph runs. */
export interface Known {
  readonly data: ArrayLike<number>;
  readonly shape: Shape;
}

const UNARY: Readonly<Record<string, (x: number) => number>> = {
  reshape: (x) => x,
  detach: (x) => x,
  sqrt: Math.sqrt,
  neg: (x) => -x,
  reciprocal: (x) => 1 / x,
};

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
};

/**
 * The result of an op whose operands are known: what layers do with their parameters before they meet an image, such
 * as a deviation from a variance. In double precision.
 */
export function evaluate(value: Value, operands: readonly Known[]): Known {
  const { source } = value;
  const name = source.kind === 'op' ? source.op.name : source.kind;
  const [a, b] = operands;
  const unary = UNARY[name];
  if (unary !== undefined) return { data: Float64Array.from(a.data, unary), shape: value.shape };
  const binary = BINARY[name];
  const length = Math.max(a.data.length, b?.data.length ?? 0);
  const fits = [a, b].every((operand) => operand?.data.length === length || operand?.data.length === 1);
  if (binary === undefined || !fits) throw new Error(`inference graph: ${name} of parameters alone`);
  const at = ({ data }: Known, i: number) => data[data.length === 1 ? 0 : i];
  return { data: Float64Array.from({ length }, (_, i) => binary(at(a, i), at(b, i))), shape: value.shape };
}
