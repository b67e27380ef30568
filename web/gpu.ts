import { Pix2PixError } from '../src/base/errors/pix2pixError.js';
import { adapterFacts } from '../src/engine/devices/webgpu/adapterFacts.js';
import { openAdapter } from '../src/engine/devices/webgpu/openAdapter.js';
import type { Device } from '../src/engine/runtime/device.js';
import { WEBGPU_BROWSERS } from './webGpuBrowsers.js';

/** Whether there is a GPU that is none in software: the processor itself is faster than that. */
export async function hasGpu(): Promise<boolean> {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  return adapter != null && !adapterFacts(adapter).isSoftware;
}

/**
 * The browser's GPU.
 * @throws Pix2PixError when there is none
 */
export async function openGpu(): Promise<Device> {
  if (navigator.gpu == null) {
    const fix = `use a browser that has it, from https or localhost: ${WEBGPU_BROWSERS}`;
    throw new Pix2PixError('this browser has no WebGPU', {}, fix);
  }
  // what the engine says of this is for the command line
  if ((await navigator.gpu.requestAdapter()) === null) {
    const fix = "turn on hardware acceleration in the browser's settings, or use another browser";
    throw new Pix2PixError('this browser finds no GPU that it can use', {}, fix);
  }
  return openAdapter('webgpu', { gpu: navigator.gpu, versions: {} }, {});
}
