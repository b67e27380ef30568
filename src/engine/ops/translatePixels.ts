import type { Emitter } from '../ir/emitter.js';
import type { Tensor } from '../ir/loopForm.js';
import { defineOp } from '../ir/op.js';
import { ShapeError } from '../ir/shapeError.js';
import { formatType } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { loadOrZero } from '../loops/expressions.js';
import { fromData, sum, whole } from '../loops/indices.js';
import { map } from '../loops/tensors.js';
import { neg } from './elementwise.js';

/** y[n, c, i, j] = x[n, c, i + rows[n], j + columns[n]], 0 beyond the border. Its adjoint goes the other way. */
const translateOp = defineOp<object>({
  name: 'translatePixels',
  type: ([x, rows, columns]) => {
    const isOffset = ({ shape }: typeof x) =>
      shape.length === 4 && shape[0] === x.shape[0] && shape.slice(1).every((extent) => extent === 1);
    if (x.shape.length === 4 && isOffset(rows) && isOffset(columns)) return x;
    const facts = { x: formatType(x), rows: formatType(rows), columns: formatType(columns) };
    throw new ShapeError('translatePixels: each image has one offset a direction', facts);
  },
  gradient: ({ inputs: [, rows, columns], dy }) => [translatePixels(dy, neg(rows), neg(columns)), null, null],
  loops: ([x, rows, columns], { type }) =>
    map(type, (n, c, row, column) => {
      const offset = (of: Tensor) => fromData(of, [n, whole(0), whole(0), whole(0)]);
      return loadOrZero(x, [n, c, sum(row, offset(rows)), sum(column, offset(columns))]);
    }),
  lower: (emit, [x, rows, columns], { type: { shape } }) => {
    const down = emit.node('MatMul', [selection(emit, shape[2], rows, -1), x]);
    return emit.node('MatMul', [down, selection(emit, shape[3], columns, 1)]);
  },
});

/**
 * Matrices of zeros and ones, one for each image: by `side` -1, row i has its one in column i + offset and is
 * multiplied from the left; by 1, it is the transpose of that.
 */
function selection(emit: Emitter, extent: number, offsets: string, side: -1 | 1): string {
  const distances = Array.from(
    { length: extent * extent },
    (_, at) => side * (Math.floor(at / extent) - (at % extent)),
  );
  const away = emit.node('Sub', [emit.float(distances, [1, 1, extent, extent]), offsets]);
  return emit.node('Relu', [emit.node('Sub', [emit.float(1), emit.node('Abs', [away])])]);
}

/**
 * Moves each image by whole pixels; what comes in from beyond its border is 0.
 * @param x f32[N, C, H, W]
 * @param rows f32[N, 1, 1, 1], whole numbers: y[i] is x[i + rows]
 * @param columns likewise
 */
export function translatePixels(x: Value, rows: Value, columns: Value): Value {
  return translateOp([x, rows, columns], {});
}
