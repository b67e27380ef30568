import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { ExtendOptions, OptionExtension, OptionExtensions } from './extension.js';
import type { FlagValues } from './spec.js';

/**
 * Refuses a model with a data set that it can make nothing of: pix2pix with single images would learn to copy them, and
 * with unpaired ones to turn any into any. Models and data sets of other origin are not judged.
 *
 * CycleGAN takes pairs as well as images without, as the reference does, whose other combinations either stop with a
 * KeyError or learn what nobody meant.
 *
 * @throws Pix2PixError that names what was probably meant
 */
export function refuseForeignData(
  { model, dataset_mode: mode }: FlagValues,
  { models }: OptionExtensions,
  isTrain: boolean,
): void {
  if (typeof model !== 'string' || typeof mode !== 'string' || !Object.hasOwn(models, model)) return;
  const { datasetModes, defaults } = extensionOf(models[model], isTrain);
  if (datasetModes === undefined || datasetModes.includes(mode) || !BUILT_IN_MODES.has(mode)) return;
  const meant = Object.keys(models).filter((name) => {
    return extensionOf(models[name], isTrain).defaults?.dataset_mode === mode;
  });
  const standard = defaults?.dataset_mode ?? datasetModes[0];
  throw new Pix2PixError(
    `--model ${model} can make nothing of --dataset_mode ${mode}`,
    { [model]: `takes ${datasetModes.join(' or ')}`, [mode]: CONTENTS[mode as keyof typeof CONTENTS] },
    [
      `leave out --dataset_mode, which is ${standard} for ${model}`,
      ...meant.map((name) => `pass --model ${name}`),
    ].join(', or '),
  );
}

/** The contents of this package's data sets. */
const CONTENTS = {
  aligned: 'is pairs of images',
  unaligned: 'is two sets of images without pairs',
  single: 'is images of one side, without targets',
  colorization: 'is colour images, of which the lightness is to be coloured',
  mnist: 'is digits',
} as const;

const BUILT_IN_MODES: ReadonlySet<string> = new Set(Object.keys(CONTENTS));

function extensionOf(extend: ExtendOptions, isTrain: boolean): OptionExtension {
  return typeof extend === 'function' ? extend(isTrain) : extend;
}
