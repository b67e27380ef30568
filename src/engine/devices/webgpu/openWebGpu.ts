import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { DeviceSettings } from '../../runtime/device.js';
import { openAdapter } from './openAdapter.js';
import type { WebGpuDevice } from './webGpuDevice.js';
import { webGpuInstallCommand, webGpuPackages, webGpuVersions } from './webGpuPackage.js';

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

/** Of the packages that may have it the first one that loads. */
async function load(): Promise<GPU> {
  const failures: string[] = [];
  for (const name of webGpuPackages()) {
    try {
      const { create } = (await import(name)) as typeof import('webgpu');
      return create(DAWN);
    } catch (cause) {
      if (!isAbsent(cause)) failures.push(`${name}: ${(cause as Error).message.split('\n')[0]}`);
    }
  }
  const instead = 'or train with --device cpu';
  if (failures.length === 0) {
    const fix = `${webGpuInstallCommand()}, ${instead}`;
    throw new Pix2PixError('the package by which Node uses GPUs is not installed', {}, fix);
  }
  const fix = `see docs/devices.md for what this system needs, ${instead}`;
  throw new Pix2PixError(
    'the package by which Node uses GPUs does not load',
    { reason: failures.join('; ') },
    fix,
  );
}

/** Not there at all, in the words of Node, or of Yarn's Plug'n'Play. */
function isAbsent(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND' || 'pnpCode' in (cause as object);
}
