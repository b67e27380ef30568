import { defineOp } from '../ir/op.js';
import { ShapeError } from '../ir/shapeError.js';
import { f32, formatType } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { load } from '../loops/expressions.js';
import { variable, variables } from '../loops/indices.js';
import { contraction } from '../loops/tensors.js';

interface MatmulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/**
 * c = op(a) · op(b) for matrices, op being the identity or the transpose.
 * For c = a · b: da = dc · bᵀ, db = aᵀ · dc; the transposed forms follow by transposing those.
 */
const matmulOp = defineOp<MatmulAttributes>({
  name: 'matmul',
  type: ([a, b], { transposeA, transposeB }) => {
    const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
    const [k2, n] = transposeB ? [b.shape[1], b.shape[0]] : b.shape;
    if (a.shape.length !== 2 || b.shape.length !== 2 || k !== k2) {
      throw new ShapeError('matmul: the inner extents differ', {
        left: formatType(a) + (transposeA ? ' transposed' : ''),
        right: formatType(b) + (transposeB ? ' transposed' : ''),
      });
    }
    return f32(m, n);
  },
  gradient: ({ inputs: [a, b], dy, attributes: { transposeA, transposeB }, wanted }) => [
    !wanted[0] ? null : transposeA ? matmul(b, dy, transposeB, true) : matmul(dy, b, false, !transposeB),
    !wanted[1] ? null : transposeB ? matmul(dy, a, true, transposeA) : matmul(a, dy, !transposeA, false),
  ],
  loops: ([a, b], { attributes: { transposeA, transposeB }, type }) => {
    const inner = a.type.shape[transposeA ? 0 : 1];
    const [[row, column], k] = [variables(type.shape), variable(2, inner)];
    return contraction(type, {
      shape: type.shape,
      over: [inner],
      a: load(a, transposeA ? [k, row] : [row, k]),
      b: load(b, transposeB ? [column, k] : [k, column]),
    });
  },
  lower: (emit, inputs, { attributes: { transposeA, transposeB } }) =>
    emit.node('Gemm', inputs, { transA: Number(transposeA), transB: Number(transposeB) }),
});

/** Product of two matrices, each optionally transposed first. */
export function matmul(a: Value, b: Value, transposeA = false, transposeB = false): Value {
  return matmulOp([a, b], { transposeA, transposeB });
}
