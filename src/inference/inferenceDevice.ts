import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { openDevice } from '../engine/devices/openDevice.js';
import {
  DEFAULT_DEVICE,
  DEVICE_NAMES,
  type DeviceChoice,
  type DeviceName,
} from '../engine/devices/registry.js';
import type { Device } from '../engine/runtime/device.js';
import type { GeneratorSource } from './generatorSource.js';

/** What a generator is to run on. */
export interface InferenceDeviceOptions {
  /**
   * As `--device` names it. Default: `auto`, which is what the run was trained on, where that is known and here, else the
   * processor; nothing is timed.
   */
  readonly device?: DeviceChoice;
  /** Of several GPUs the one that has this in its name. */
  readonly gpu?: string;
  /** Told where the device of the training is not here. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
}

/**
 * The device that runs a generator's own graph; undefined for the processor, where ONNX Runtime runs an exported one faster.
 * @throws Pix2PixError when the named device is not here, or the generator is an exported graph, which only the processor runs
 */
export async function openInferenceDevice(
  { trained, info }: GeneratorSource,
  { device = 'auto', gpu, onWarning = console.warn }: InferenceDeviceOptions,
): Promise<Device | undefined> {
  const name = device === 'auto' ? deviceOfTraining(trained?.options.device) : device;
  if (name === DEFAULT_DEVICE) return undefined;
  if (trained === undefined) {
    throw new Pix2PixError(
      'an exported ONNX graph runs on the processor alone',
      { generator: info.name, '--device': name },
      'name the run that it comes from, or leave --device out',
    );
  }
  try {
    return await openDevice(name, { gpu });
  } catch (error) {
    if (device !== 'auto' || !(error instanceof Pix2PixError)) throw error;
    onWarning(`computing on the CPU: ${info.name} was trained with --device ${name}, but ${error.summary}`);
    return undefined;
  }
}

/** A checkpoint may come from anybody, and from a version that has other devices. */
function deviceOfTraining(kept: unknown): DeviceName {
  return DEVICE_NAMES.find((name) => name === kept) ?? DEFAULT_DEVICE;
}
