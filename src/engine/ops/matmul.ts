import { defineOp } from '../ir/op.js';
import { ShapeError } from '../ir/shapeError.js';
import { f32, formatType } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';

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
  lower: (emit, inputs, { attributes: { transposeA, transposeB } }) =>
    emit.node('Gemm', inputs, { transA: Number(transposeA), transB: Number(transposeB) }),
});

/** Product of two matrices, each optionally transposed first. */
export function matmul(a: Value, b: Value, transposeA = false, transposeB = false): Value {
  return matmulOp([a, b], { transposeA, transposeB });
}
