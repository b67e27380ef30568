import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { openDevice } from '../engine/devices/openDevice.js';
import type { Device, DeviceSettings } from '../engine/runtime/device.js';
import type { TestOptions } from '../options/testOptions.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { TunedChoicesFile } from './tunedChoicesFile.js';

/**
 * Opens the device that `--device` names, with `--intra_threads` and the timed choices that `--layer_forms` allows.
 * @throws Pix2PixError as `openDevice`, and where several ranks train on a device that cannot compute with others
 */
export async function openChosenDevice(
  { device: name, intraThreads: threads, layerForms }: TrainOptions | TestOptions,
  settings: Pick<DeviceSettings, 'profiling' | 'collective'> = {},
): Promise<Device> {
  const tunedChoices = layerForms === 'rule' ? undefined : new TunedChoicesFile();
  const device = await openDevice(name, { threads, tunedChoices, ...settings });
  if (settings.collective === device.collective) return device;
  await device.dispose();
  throw new Pix2PixError(
    `several ranks cannot train on the device ${name} together yet`,
    { ranks: settings.collective?.size ?? 1 },
    'pass --device cpu, or train by one process',
  );
}
