import type { Kernel } from '../../loops/kernel.js';
import type { ArrayOptions } from './shaders/arrays.js';
import { contractionShader } from './shaders/contractionShader.js';
import { contractionShape } from './shaders/contractionShape.js';
import type { KernelShader } from './shaders/kernelWriter.js';
import { mapShader } from './shaders/mapShader.js';
import { rowShader } from './shaders/rowShader.js';
import type { Tile } from './shaders/tile.js';
import { GUARANTEED } from './shaders/tiles.js';

/** How a kernel is written. */
export interface ShaderOptions extends ArrayOptions {
  /** Of a contraction. */
  readonly tile?: Tile;
  /** At most, of a workgroup. Default: what WebGPU guarantees. */
  readonly invocations?: number;
}

/** As WGSL: kernels that differ in nothing but their tensors have the same source. */
export function kernelShader(kernel: Kernel, options: ShaderOptions = {}): KernelShader {
  const { tile, invocations = GUARANTEED.invocations } = options;
  if (kernel.phases.length === 0) return mapShader(kernel, options);
  const shape = tile && contractionShape(kernel);
  if (tile === undefined || shape === undefined) return rowShader(kernel, invocations, options);
  return contractionShader(kernel, shape, tile, options);
}
