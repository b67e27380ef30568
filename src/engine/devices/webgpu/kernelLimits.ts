import type { ScheduleOptions } from '../../loops/schedule.js';
import { fusionFor, MAX_TENSORS } from './fusionFor.js';
import type { Gpu } from './gpu.js';
import { isStoredByFours } from './shaders/halfStores.js';
import type { WorkgroupLimits } from './shaders/tiles.js';

/** What of a GPU decides the kernels of programs. */
export interface KernelLimits {
  readonly workgroup: WorkgroupLimits;
  /** Whether 16-bit floats are a type of its shaders', which they store one by one. Default: no. */
  readonly storesHalves?: boolean;
}

/** How programs become kernels for a GPU of these limits. */
export function scheduleOptions({ workgroup, storesHalves = false }: KernelLimits): ScheduleOptions {
  return { fusion: fusionFor(workgroup), canStoreHalf: storesHalves ? () => true : isStoredByFours };
}

type OpenGpu = Pick<Gpu, 'device' | 'bindingLimits' | 'workgroupLimits'>;

/** Whether 16-bit floats are a type of a GPU's shaders'. */
export function hasHalves({ device }: Pick<Gpu, 'device'>): boolean {
  return device.features.has('shader-f16');
}

export function kernelLimitsOf(gpu: OpenGpu): KernelLimits {
  // Tensors that share a binding are bound as words.
  const storesHalves = hasHalves(gpu) && gpu.bindingLimits.count >= MAX_TENSORS;
  return { workgroup: gpu.workgroupLimits, storesHalves };
}
