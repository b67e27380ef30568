import type { Value } from '../../engine/ir/value.js';
import { constant } from '../../engine/ops/constant.js';
import { depthwiseConv2d } from '../../engine/ops/depthwise.js';
import { add, scale } from '../../engine/ops/elementwise.js';
import { concat, slice } from '../../engine/ops/shape.js';

const KERNEL = 3;

/**
 * Half the size by means over 3×3 pixels, of which those outside the image do not count (PyTorch's AvgPool2d(3, 2, 1,
 * count_include_pad=False), by which pix2pixHD makes the images of its coarser scales). f32[N, C, H, W] to f32[N, C,
 * ⌈H/2⌉, ⌈W/2⌉]. For even sizes nothing in it depends on the size, so that exported generators take any.
 */
export function halveByMeans(x: Value): Value {
  const [, channels] = x.shape;
  const weight = constant(Array(channels * KERNEL ** 2).fill(1 / KERNEL ** 2), [channels, 1, KERNEL, KERNEL]);
  return depthwiseConv2d(withEdges(withEdges(x, 2), 3), weight, { stride: 2, padding: 0 });
}

/**
 * A row or column more at the beginning, and where the extent is odd at the end: the mean of the two beside it, so that the
 * mean of all three is that of these two.
 */
function withEdges(x: Value, axis: number): Value {
  const extent = x.shape[axis];
  if (extent === 1) return concat([x, x, x], axis);
  const at = (index: number) => slice(x, axis, index, index + 1);
  const first = scale(add(at(0), at(1)), 0.5);
  if (extent % 2 === 0) return concat([first, x], axis);
  return concat([first, x, scale(add(at(extent - 2), at(extent - 1)), 0.5)], axis);
}
