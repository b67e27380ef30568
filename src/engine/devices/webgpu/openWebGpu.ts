import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { DeviceSettings } from '../../runtime/device.js';
import { adapterFacts } from './adapterFacts.js';
import { type CreateGpu, findAdapterName } from './listAdapters.js';
import type { WebGpuDevice } from './webGpuDevice.js';
import { webGpuInstallCommand, webGpuPackages, webGpuVersions } from './webGpuPackage.js';

/** Dawn's own settings: what is experimental is offered, and NVIDIA's 16-bit floats. */
const ENABLED = ['allow_unsafe_apis', 'vulkan_enable_f16_on_nvidia'];

/** Timestamps are not rounded to 100 µs, as they are for pages. */
const DISABLED = 'disable-dawn-features=timestamp_quantization';

/** Memory is touched where a shader says, unchecked: generated kernels stay within it, which tests show with checks. */
const UNCHECKED = ['disable_robustness'];

/** What is kept for as long as the process, by its settings: Dawn's objects need it while they are in use. */
const found = new Map<string, GPU>();

/**
 * Opens a GPU in Node, by the optional package that has WebGPU.
 * @throws Pix2PixError when the package is not installed or does not load, there is no GPU, or none of the wanted name
 */
export async function openWebGpu(name: string, settings: DeviceSettings): Promise<WebGpuDevice> {
  const gpu = await webGpuFor(settings);
  const { openAdapter } = await import('./openAdapter.js'); // a hundred modules, for whoever looks for a GPU and finds none
  return openAdapter(name, { gpu, versions: webGpuVersions() }, settings);
}

/** What a page has as `navigator.gpu`, with or without bounds checks. Throws as `openWebGpu`. */
export async function webGpuFor({ gpu, boundsChecks }: DeviceSettings): Promise<GPU> {
  const checked = await webGpuOfNode(gpu);
  const isChecked = boundsChecks ?? !(await isHardware(checked));
  return isChecked ? checked : webGpuOfNode(gpu, UNCHECKED);
}

async function isHardware(gpu: GPU): Promise<boolean> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  return adapter !== null && !adapterFacts(adapter).isSoftware;
}

/**
 * What a page has as `navigator.gpu`.
 * @param part of the name of the only adapter that it is to offer
 * @param more of Dawn's settings to enable
 * @throws Pix2PixError as `openWebGpu`
 */
export async function webGpuOfNode(part?: string, more: readonly string[] = []): Promise<GPU> {
  const create = await loadWebGpu();
  const name = part === undefined ? undefined : await findAdapterName(create, part);
  const enabled = `enable-dawn-features=${[...ENABLED, ...more].join()}`; // Dawn heeds the last such setting alone
  const settings = [enabled, DISABLED, ...(name === undefined ? [] : [`adapter=${name}`])];
  const gpu = found.get(settings.join()) ?? create(settings);
  found.set(settings.join(), gpu);
  return gpu;
}

/**
 * The function by which Node has WebGPU, of the packages that may have it the first one that loads.
 * @throws Pix2PixError when none is installed, or loads
 */
export async function loadWebGpu(): Promise<CreateGpu> {
  const failures: string[] = [];
  for (const name of webGpuPackages()) {
    try {
      return ((await import(name)) as typeof import('webgpu')).create;
    } catch (cause) {
      if (!isAbsent(cause)) failures.push(`${name}: ${(cause as Error).message.split('\n')[0]}`);
    }
  }
  const instead = 'or pass --device cpu';
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
