import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { DeviceSettings } from '../../runtime/device.js';
import { openAdapter } from './openAdapter.js';
import type { WebGpuDevice } from './webGpuDevice.js';
import { webGpuVersions } from './webGpuVersions.js';

/** Dawn's own settings: timestamps are not rounded to 100 µs, as they are for pages. */
const DAWN = ['enable-dawn-features=allow_unsafe_apis', 'disable-dawn-features=timestamp_quantization'];

/** What is kept for as long as the process: Dawn's objects need it while they are in use. */
let found: GPU | undefined;

/**
 * Opens a GPU in Node, by the optional package that has WebGPU.
 * @throws Pix2PixError when the package is not installed or does not load, or there is no GPU
 */
export async function openWebGpu(name: string, settings: DeviceSettings): Promise<WebGpuDevice> {
  found ??= await load();
  return openAdapter(name, { gpu: found, versions: webGpuVersions() }, settings);
}

async function load(): Promise<GPU> {
  try {
    const { create } = await import('webgpu');
    return create(DAWN);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND') {
      const fix = 'npm install webgpu, or train with --device cpu';
      throw new Pix2PixError('the package webgpu, by which Node uses GPUs, is not installed', {}, fix, {
        cause,
      });
    }
    const fix = 'see docs/devices.md for what this system needs, or train with --device cpu';
    throw new Pix2PixError('the package webgpu does not load', { reason: message }, fix, { cause });
  }
}
