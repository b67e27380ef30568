import type { Value } from '../../engine/ir/value.js';
import { constant } from '../../engine/ops/constant.js';
import { conv2d, convExtent } from '../../engine/ops/conv.js';
import { mul } from '../../engine/ops/elementwise.js';
import { reshape } from '../../engine/ops/shape.js';

const KERNEL = 3;
const GEOMETRY = { stride: 2, padding: 1 };

/**
 * Half the size by means over 3×3 pixels, of which those outside the image do not count (PyTorch's AvgPool2d(3, 2, 1,
 * count_include_pad=False), by which pix2pixHD makes the images of its coarser scales). f32[N, C, H, W] to f32[N, C,
 * ⌈H/2⌉, ⌈W/2⌉]
 */
export function halveByMeans(x: Value): Value {
  const [batch, channels, height, width] = x.shape;
  const [rows, columns] = [meanFactors(height), meanFactors(width)];
  const maps = reshape(x, [batch * channels, 1, height, width]);
  const sums = conv2d(
    maps,
    constant(Array(KERNEL ** 2).fill(1), [1, 1, KERNEL, KERNEL]),
    undefined,
    GEOMETRY,
  );
  const byRow = mul(sums, constant(rows, [1, 1, rows.length, 1]));
  const means = mul(byRow, constant(columns, [1, 1, 1, columns.length]));
  return reshape(means, [batch, channels, rows.length, columns.length]);
}

/** One over how many pixels of a row or column of this extent each mean is taken. */
function meanFactors(extent: number): number[] {
  return Array.from({ length: convExtent(extent, KERNEL, GEOMETRY) }, (_, i) => {
    const first = Math.max(0, i * GEOMETRY.stride - GEOMETRY.padding);
    const end = Math.min(extent, i * GEOMETRY.stride - GEOMETRY.padding + KERNEL);
    return 1 / (end - first);
  });
}
