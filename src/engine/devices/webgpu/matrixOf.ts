import type { MatrixShape } from './shaders/tile.js';

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
 * it has none, or its subgroups are not all of one size.
 * @param features with which its device was opened
 * @param adapterInfo the adapter's own: that of the device lists none of them
 */
export function matrixOf(
  features: readonly GPUFeatureName[],
  adapterInfo: GPUAdapterInfo,
): MatrixShape | undefined {
  const info = adapterInfo as GPUAdapterInfo & { readonly subgroupMatrixConfigs?: Iterable<MatrixConfig> };
  const { subgroupMinSize: invocations, subgroupMaxSize } = info;
  const hasMatrices = features.includes(SUBGROUP_MATRIX) && features.includes('shader-f16');
  if (!hasMatrices || invocations === undefined || invocations !== subgroupMaxSize) return undefined;
  const shapes = [...(info.subgroupMatrixConfigs ?? [])].flatMap((config) => {
    const isWanted = config.componentType === 'f16' && config.resultComponentType === 'f32';
    return isWanted ? [{ rows: config.M, columns: config.N, terms: config.K, invocations }] : [];
  });
  const size = ({ rows, columns, terms }: MatrixShape) => rows * columns * terms;
  return shapes
    .sort((a, b) => size(b) - size(a))
    .find(({ rows, columns, terms }) => rows <= 16 && columns <= 16 && terms <= 16);
}
