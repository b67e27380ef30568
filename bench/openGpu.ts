import type { Gpu } from '../src/engine/devices/webgpu/gpu.js';
import { gpuOf } from '../src/engine/devices/webgpu/openAdapter.js';
import { webGpuFor } from '../src/engine/devices/webgpu/openWebGpu.js';

/**
 * A GPU by itself, and what its adapter says of it.
 * @param name a part of its name
 * @param more features than trainings use
 * @throws Error where there is none
 */
export async function openGpu(
  name?: string,
  more?: readonly GPUFeatureName[],
): Promise<{ readonly gpu: Gpu; readonly info: GPUAdapterInfo }> {
  const api = await webGpuFor({ gpu: name });
  const adapter = await api.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw new Error('there is no GPU that WebGPU can use');
  return { gpu: await gpuOf(adapter, more), info: adapter.info };
}
