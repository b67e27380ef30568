import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { Device } from '../../engine/runtime/device.js';
import type { TestOptions } from '../../options/testOptions.js';
import type { TrainOptions } from '../../options/trainOptions.js';

/** Throws Pix2PixError where a device does not compute in the precision that a training asks for. */
export function requirePrecision(
  opt: TrainOptions | TestOptions,
  { name, hasMixedPrecision }: Pick<Device, 'name' | 'hasMixedPrecision'>,
): void {
  if (!opt.isTrain || opt.precision === 'f32' || hasMixedPrecision) return;
  throw new Pix2PixError(
    'the processor does not train in mixed precision: its library computes in 32-bit floats alone',
    { '--precision': opt.precision, '--device': name },
    'pass --device webgpu where there is a GPU (pix2pix devices), or --precision f32',
  );
}
