import type { FusionOptions } from '../../loops/fusion/fuse.js';
import { splitsFor } from '../../loops/fusion/splitPolicy.js';
import { splitOf } from './shaders/splits.js';
import type { WorkgroupLimits } from './shaders/tiles.js';

/** Where a GPU binds fewer, tensors of one buffer share a binding. */
export const MAX_TENSORS = 16;
/** Workgroups that a sum of few long rows is shared out to. */
const WORKGROUPS = 400;

/** How programs are fused for a GPU of these limits. */
export function fusionFor(limits: WorkgroupLimits): FusionOptions {
  return {
    maxTensors: MAX_TENSORS,
    splitOf: splitsFor(WORKGROUPS, (kernel) => splitOf(kernel, limits)),
  };
}
