import type { Kernel } from '../../../loops/kernel.js';
import { contractionShape } from './contractionShape.js';
import { partsByRule } from './tileRules.js';
import type { WorkgroupLimits } from './tiles.js';

/** Into how many parts the sums of a kernel should be split, each a product of its own; 1: not at all. */
export function splitOf(kernel: Kernel, limits?: WorkgroupLimits): number {
  const shape = contractionShape(kernel);
  return shape === undefined ? 1 : partsByRule(shape, limits);
}
