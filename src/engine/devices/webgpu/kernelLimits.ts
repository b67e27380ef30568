import type { ScheduleOptions } from '../../loops/schedule.js';
import { fusionFor, MAX_TENSORS } from './fusionFor.js';
import type { Gpu } from './gpu.js';
import { isStoredByFours } from './shaders/halfStores.js';
import { type MatrixShape, SUBGROUP } from './shaders/tile.js';
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

/** Chrome's name for matrices that the invocations of a subgroup multiply together: no part of WebGPU yet. */
export const SUBGROUP_MATRIX = 'chromium-experimental-subgroup-matrix' as GPUFeatureName;

/** A kind of multiplication, as an adapter lists it. */
interface MatrixConfig {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/**
 * The matrices of 16-bit floats that subgroups of a GPU multiply with sums of 32 bits, the largest that it has; undefined where
 * it has none, or its subgroups may be of other sizes than ours.
 * @param adapterInfo the adapter's own: that of the device lists none of them
 */
export function matrixOf(
  { device }: Pick<Gpu, 'device'>,
  adapterInfo: GPUAdapterInfo,
): MatrixShape | undefined {
  const info = adapterInfo as GPUAdapterInfo & { readonly subgroupMatrixConfigs?: Iterable<MatrixConfig> };
  const isOfSize = info.subgroupMinSize === SUBGROUP && info.subgroupMaxSize === SUBGROUP;
  if (!device.features.has(SUBGROUP_MATRIX) || !hasHalves({ device }) || !isOfSize) return undefined;
  const shapes = [...(info.subgroupMatrixConfigs ?? [])].flatMap((config) => {
    const isWanted = config.componentType === 'f16' && config.resultComponentType === 'f32';
    return isWanted ? [{ rows: config.M, columns: config.N, terms: config.K }] : [];
  });
  const size = ({ rows, columns, terms }: MatrixShape) => rows * columns * terms;
  return shapes
    .sort((a, b) => size(b) - size(a))
    .find(({ rows, columns, terms }) => rows <= 16 && columns <= 16 && terms <= 16);
}
