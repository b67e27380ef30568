import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { DeviceSettings } from '../../runtime/device.js';
import { type CreateGpu, findAdapterName } from './listAdapters.js';
import { openAdapter } from './openAdapter.js';
import type { WebGpuDevice } from './webGpuDevice.js';
import { webGpuVersions } from './webGpuVersions.js';

/** Dawn's own settings: timestamps are not rounded to 100 µs, as they are for pages. */
const DAWN = ['enable-dawn-features=allow_unsafe_apis', 'disable-dawn-features=timestamp_quantization'];

/** What is kept for as long as the process, by the adapter's name: Dawn's objects need it while they are in use. */
const found = new Map<string | undefined, GPU>();

/**
 * Opens a GPU in Node, by the optional package that has WebGPU.
 * @throws Pix2PixError when the package is not installed or does not load, there is no GPU, or none of the wanted name
 */
export async function openWebGpu(name: string, settings: DeviceSettings): Promise<WebGpuDevice> {
  const gpu = await webGpuOfNode(settings.gpu);
  return openAdapter(name, { gpu, versions: webGpuVersions() }, settings);
}

/**
 * What a page has as `navigator.gpu`.
 * @param part of the name of the only adapter that it is to offer
 * @throws Pix2PixError as `openWebGpu`
 */
export async function webGpuOfNode(part?: string): Promise<GPU> {
  const create = await loadWebGpu();
  const name = part === undefined ? undefined : await findAdapterName(create, part);
  const gpu = found.get(name) ?? create(name === undefined ? DAWN : [...DAWN, `adapter=${name}`]);
  found.set(name, gpu);
  return gpu;
}

/**
 * The function by which Node has WebGPU.
 * @throws Pix2PixError when the package is not installed, or does not load
 */
export async function loadWebGpu(): Promise<CreateGpu> {
  try {
    return (await import('webgpu')).create;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND') {
      const fix = 'npm install webgpu, or pass --device cpu';
      throw new Pix2PixError('the package webgpu, by which Node uses GPUs, is not installed', {}, fix, {
        cause,
      });
    }
    const fix = 'see docs/devices.md for what this system needs, or pass --device cpu';
    throw new Pix2PixError('the package webgpu does not load', { reason: message }, fix, { cause });
  }
}
