import { CYCLE_GAN_OPTIONS } from './models/cycleGanOptions.js';
import { PIX2PIX_OPTIONS } from './models/pix2pixOptions.js';
import type { OptionSpec, OptionTable } from './spec.js';
import { TRAIN_OPTIONS } from './trainOptions.js';

/** The options of a training with any of this package's models. */
const ALL: OptionTable = { ...TRAIN_OPTIONS, ...PIX2PIX_OPTIONS, ...CYCLE_GAN_OPTIONS };

/** What a flag of a training is; undefined for one that this package does not know. */
export function trainingFlag(flag: string): OptionSpec | undefined {
  return Object.hasOwn(ALL, flag) ? ALL[flag] : undefined;
}
