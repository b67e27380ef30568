import type { Value } from '../engine/ir/value.js';
import { shift } from '../engine/ops/elementwise.js';
import { pad, reshape, transpose } from '../engine/ops/shape.js';

const COLUMNS = 8;
/** Pixels of black around each image. */
const MARGIN = 1;

/** Images f32[N, C, H, W] in -1 ... 1 side by side, eight in a row, as one: f32[1, C, rows·(H + 2), columns·(W + 2)]. */
export function sheetOf(images: Value): Value {
  const [count, channels, height, width] = images.shape;
  const columns = Math.min(COLUMNS, count);
  const rows = Math.ceil(count / columns);
  const light = shift(images, 1); // so that padding's zeros are black
  const framed = pad(pad(light, 2, MARGIN, MARGIN), 3, MARGIN, MARGIN);
  const full = pad(framed, 0, 0, rows * columns - count);
  const [h, w] = [height + 2 * MARGIN, width + 2 * MARGIN];
  const grid = transpose(reshape(full, [rows, columns, channels, h, w]), [2, 0, 3, 1, 4]);
  return shift(reshape(grid, [1, channels, rows * h, columns * w]), -1);
}
