/** A GPU whose subgroups multiply matrices: a real one, or Mesa's llvmpipe, which is the processor. */
import type { Gpu } from '../src/engine/devices/webgpu/gpu.js';
import { gpuOf } from '../src/engine/devices/webgpu/openAdapter.js';
import { webGpuOfNode } from '../src/engine/devices/webgpu/openWebGpu.js';
import { useSwiftShader } from './swiftShader.js';

/** With bounds checks; undefined where none opens. */
export async function openMatrixGpu(): Promise<Gpu | undefined> {
  useSwiftShader();
  const api = await webGpuOfNode().catch(() => undefined);
  const adapter = await api?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return undefined;
  const gpu = await gpuOf(adapter, { tensorCores: true });
  if (gpu.matrix !== undefined) return gpu;
  await gpu.dispose();
  return undefined;
}

/** For tests without. */
export const NO_MATRICES = 'no GPU here multiplies matrices (docs/devices.md, "Tensor cores")';
