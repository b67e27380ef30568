import { openDevice } from '../engine/devices/openDevice.js';
import type { Device, DeviceSettings } from '../engine/runtime/device.js';
import type { TestOptions } from '../options/testOptions.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { TunedChoicesFile } from './tunedChoicesFile.js';

/** Opens the device that `--device` names, with `--intra_threads` and the timed choices that `--layer_forms` allows. */
export function openChosenDevice(
  { device, intraThreads: threads, layerForms }: TrainOptions | TestOptions,
  settings: Pick<DeviceSettings, 'profiling'> = {},
): Promise<Device> {
  const tunedChoices = layerForms === 'rule' ? undefined : new TunedChoicesFile();
  return openDevice(device, { threads, tunedChoices, ...settings });
}
