import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { Device, DeviceSettings } from '../runtime/device.js';
import { libraryVersions } from './cpu/onnxRuntime.js';
import { DEFAULT_DEVICE, DEVICE_NAMES, type DeviceName } from './registry.js';
import { webGpuVersions } from './webgpu/webGpuPackage.js';

/** How Node opens a device. */
interface Opener {
  /** Loads what the device needs, and opens it. */
  open(name: DeviceName, settings: DeviceSettings): Promise<Device>;
  /** `Device.versions`, without opening it. */
  versions(): Readonly<Record<string, string>>;
}

const OPENERS: Readonly<Record<DeviceName, Opener>> = {
  cpu: {
    open: async (name, settings) => new (await import('./cpu/cpuDevice.js')).CpuDevice(name, settings),
    versions: libraryVersions,
  },
  webgpu: {
    open: async (name, settings) => (await import('./webgpu/openWebGpu.js')).openWebGpu(name, settings),
    versions: webGpuVersions,
  },
};

/**
 * Opens a device of the registry.
 * @throws Pix2PixError when there is no such device, or this machine lacks what it needs
 */
export async function openDevice(
  name: string = DEFAULT_DEVICE,
  settings: DeviceSettings = {},
): Promise<Device> {
  return openerOf(name).open(name as DeviceName, settings);
}

/** The versions of the libraries that compute on a device, for the record of a run. */
export function deviceVersions(name: string = DEFAULT_DEVICE): Readonly<Record<string, string>> {
  return openerOf(name).versions();
}

function openerOf(name: string): Opener {
  if (Object.hasOwn(OPENERS, name)) return OPENERS[name as DeviceName];
  throw new Pix2PixError(
    `there is no device ${name}`,
    { 'there are': DEVICE_NAMES.join(', ') },
    'pass one of these as --device',
  );
}
