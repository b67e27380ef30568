import type { FusionOptions } from '../../loops/fusion/fuse.js';
import { splitsFor } from '../../loops/fusion/splitPolicy.js';
import type { ScheduleOptions } from '../../loops/schedule.js';
import { isStoredByFours } from './shaders/halfStores.js';
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

/** What of a GPU decides the kernels of programs. */
export interface KernelLimits {
  readonly workgroup: WorkgroupLimits;
  /** Whether 16-bit floats are a type of the adapter's, which it stores one by one. Default: no. */
  readonly storesHalves?: boolean;
}

/** How programs become kernels for a GPU of these limits. */
export function scheduleOptions({ workgroup, storesHalves = false }: KernelLimits): ScheduleOptions {
  return { fusion: fusionFor(workgroup), canStoreHalf: storesHalves ? () => true : isStoredByFours };
}
