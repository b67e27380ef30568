import type { Gpu } from '../src/engine/devices/webgpu/gpu.js';
import { gpuOf } from '../src/engine/devices/webgpu/openAdapter.js';
import { webGpuFor } from '../src/engine/devices/webgpu/openWebGpu.js';
import type { DeviceSettings } from '../src/engine/runtime/device.js';

/**
 * A GPU by itself.
 * @param name a part of its name
 * @throws Error where there is none
 */
export async function openGpu(name?: string, settings?: Pick<DeviceSettings, 'tensorCores'>): Promise<Gpu> {
  const api = await webGpuFor({ gpu: name });
  const adapter = await api.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw new Error('there is no GPU that WebGPU can use');
  return gpuOf(adapter, settings);
}
