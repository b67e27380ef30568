import { elementCount, type Shape } from '../ir/tensorType.js';
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

type Rule = (operands: readonly Known[], attributes: Record<string, unknown>) => ArrayLike<number>;

/** The other ops of spectral normalisation, which is arithmetic on weights. */
const RULES: Readonly<Record<string, Rule>> = {
  matmul: ([a, b], { transposeA, transposeB }) => product(a, b, transposeA as boolean, transposeB as boolean),
  transpose: ([x], { order }) => transposed(x, order as readonly number[]),
  reduceSum: ([{ data }]) =>
    [Array.prototype.reduce.call(data, (sum, x) => (sum as number) + (x as number), 0)] as number[],
  clamp: ([{ data }], { low, high }) =>
    Float64Array.from(data, (x) => Math.min(high as number, Math.max(low as number, x))),
};

/**
 * The result of an op whose operands are known: what layers do with their parameters alone, such as a deviation from
 * a variance. In double precision.
 */
export function evaluate(value: Value, operands: readonly Known[]): Known {
  const { source } = value;
  const name = source.kind === 'op' ? source.op.name : source.kind;
  const [a, b] = operands;
  const unary = UNARY[name];
  if (unary !== undefined) return { data: Float64Array.from(a.data, unary), shape: value.shape };
  const rule = RULES[name];
  if (rule !== undefined && source.kind === 'op') {
    const data = rule(operands, source.attributes as Record<string, unknown>);
    if (data.length !== elementCount(value.shape))
      throw new Error(`inference graph: ${name} of parameters alone`);
    return { data, shape: value.shape };
  }
  const binary = BINARY[name];
  const length = Math.max(a.data.length, b?.data.length ?? 0);
  const fits = [a, b].every((operand) => operand?.data.length === length || operand?.data.length === 1);
  if (binary === undefined || !fits) throw new Error(`inference graph: ${name} of parameters alone`);
  const at = ({ data }: Known, i: number) => data[data.length === 1 ? 0 : i];
  return { data: Float64Array.from({ length }, (_, i) => binary(at(a, i), at(b, i))), shape: value.shape };
}

function product(a: Known, b: Known, transposeA: boolean, transposeB: boolean): Float64Array {
  const [rows, inner] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
  const columns = transposeB ? b.shape[0] : b.shape[1];
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const left = a.data[transposeA ? k * rows + i : i * inner + k];
      for (let j = 0; j < columns; j++)
        result[i * columns + j] += left * b.data[transposeB ? j * inner + k : k * columns + j];
    }
  }
  return result;
}

function transposed({ data, shape }: Known, order: readonly number[]): Float64Array {
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const extents = order.map((axis) => shape[axis]);
  const steps = order.map((axis) => strides[axis]);
  const result = new Float64Array(data.length);
  for (let to = 0; to < result.length; to++) {
    let [rest, from] = [to, 0];
    for (let axis = extents.length - 1; axis >= 0; axis--) {
      from += (rest % extents[axis]) * steps[axis];
      rest = Math.floor(rest / extents[axis]);
    }
    result[to] = data[from];
  }
  return result;
}
