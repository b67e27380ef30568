import type { Kernel } from '../../loops/kernel.js';
import type { Bindings } from './shaders/arrays.js';
import type { KernelShader } from './shaders/kernelWriter.js';
import { mapShader } from './shaders/mapShader.js';
import { rowShader } from './shaders/rowShader.js';

/** How a kernel is written. */
export interface ShaderOptions {
  /** Without it each tensor has a binding of its own. */
  readonly bindings?: Bindings;
}

/** As WGSL: kernels that differ in nothing but their tensors have the same source. */
export function kernelShader(kernel: Kernel, { bindings }: ShaderOptions = {}): KernelShader {
  if (kernel.phases.length === 0) return mapShader(kernel, bindings);
  return rowShader(kernel, 256, bindings);
}
