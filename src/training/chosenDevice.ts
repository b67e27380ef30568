import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { openDevice } from '../engine/devices/openDevice.js';
import { DEFAULT_DEVICE, type DeviceName } from '../engine/devices/registry.js';
import type { Device, DeviceSettings } from '../engine/runtime/device.js';
import type { TestOptions } from '../options/testOptions.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { requirePrecision } from './model/requirePrecision.js';
import { TunedChoicesFile } from './tunedChoicesFile.js';

/** The device that `--device` names; where it leaves the choice and nothing was timed, the default. */
export function namedDevice({ device }: Pick<TrainOptions, 'device'>): DeviceName {
  return device === 'auto' ? DEFAULT_DEVICE : device;
}

/**
 * Opens the device that `--device` names, and of GPUs the one that `--gpu` does, with `--intra_threads`, the timed
 * choices that `--layer_forms` allows, and the tensor cores of mixed precision, which are among those.
 *
 * @throws Pix2PixError as `openDevice` and `requirePrecision`
 */
export async function openChosenDevice(
  opt: TrainOptions | TestOptions,
  settings: Pick<DeviceSettings, 'profiling' | 'collective'> = {},
): Promise<Device> {
  const { intraThreads: threads, layerForms, gpu } = opt;
  const tunedChoices = layerForms === 'rule' ? undefined : new TunedChoicesFile();
  const tensorCores = opt.isTrain && opt.precision === 'mixed' && layerForms !== 'rule';
  const own = { threads, tunedChoices, gpu, tensorCores };
  const device = await openDevice(namedDevice(opt), { ...own, ...settings });
  try {
    requirePrecision(opt, device);
    return device;
  } catch (error) {
    await device.dispose();
    throw error;
  }
}

/**
 * As `openChosenDevice`, for work on a trained model: where nobody has named a device and that of the training is not here,
 * the default one does it.
 *
 * @param say told so
 */
export async function openKeptDevice(
  opt: TrainOptions | TestOptions,
  say: (text: string) => void,
): Promise<Device> {
  const isFree = !opt.given.includes('device') && namedDevice(opt) !== DEFAULT_DEVICE;
  try {
    return await openChosenDevice(opt);
  } catch (error) {
    if (!isFree || !(error instanceof Pix2PixError)) throw error;
    say(`computing on the CPU: the run was trained with --device ${opt.device}, but ${error.summary}`);
    return openChosenDevice({ ...opt, device: DEFAULT_DEVICE });
  }
}
