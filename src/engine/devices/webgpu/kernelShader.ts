import type { Kernel } from '../../loops/kernel.js';
import type { Bindings } from './shaders/arrays.js';
import { contractionShader } from './shaders/contractionShader.js';
import { contractionShape } from './shaders/contractionShape.js';
import type { KernelShader } from './shaders/kernelWriter.js';
import { mapShader } from './shaders/mapShader.js';
import { rowShader } from './shaders/rowShader.js';
import type { Tile } from './shaders/tile.js';

/** How a kernel is written. */
export interface ShaderOptions {
  /** Of a contraction. */
  readonly tile?: Tile;
  /** Without it each tensor has a binding of its own. */
  readonly bindings?: Bindings;
}

/** As WGSL: kernels that differ in nothing but their tensors have the same source. */
export function kernelShader(kernel: Kernel, { tile, bindings }: ShaderOptions = {}): KernelShader {
  if (kernel.phases.length === 0) return mapShader(kernel, bindings);
  const shape = tile && contractionShape(kernel);
  if (shape !== undefined) return contractionShader(kernel, shape, tile!, bindings);
  return rowShader(kernel, 256, bindings);
}
