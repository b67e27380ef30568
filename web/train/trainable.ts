import { Pix2PixError } from '../../src/base/errors/pix2pixError.js';
import { imageFormatOf } from '../../src/data/batch/sideFormat.js';
import { PIXEL_OPTIONS } from '../../src/options/pixelOptions.js';
import { restoreTrainOptions } from '../../src/options/serialise.js';
import { camelCase, defaultOf } from '../../src/options/spec.js';
import type { TrainOptions } from '../../src/options/trainOptions.js';
import { builtInExtensions } from '../../src/training/model/builtInExtensions.js';

/** What pages train: the command line trains more. */
const TRAINED: Readonly<Record<string, unknown>> = {
  ...{ model: 'pix2pix', dataset_mode: 'aligned', input_nc: 3, output_nc: 3 },
  ...{ rotate: 0, color_jitter: 0, cutout: 0 },
};

/**
 * The options of a stored run, to go on with in a page.
 * @param stored as its checkpoint has them
 * @throws Pix2PixError for a run of a kind that pages do not train, with the options that make it so
 */
export function trainableOptions(stored: Readonly<Record<string, unknown>>): TrainOptions {
  const opt = restoreTrainOptions({ ...stored, device: 'webgpu' }, builtInExtensions());
  const asStored = (flag: string) => (opt as unknown as Record<string, unknown>)[camelCase(flag)];
  const others = Object.keys(TRAINED).filter((flag) => asStored(flag) !== TRAINED[flag]);
  if (opt.preprocess === 'pad') others.push('preprocess');
  if (imageFormatOf(opt) !== 'u8')
    for (const [flag, spec] of Object.entries(PIXEL_OPTIONS))
      if (asStored(flag) !== defaultOf(spec)) others.push(flag);
  if (others.length === 0) return opt;
  throw new Pix2PixError(
    'this run is of a kind that pages do not train: pix2pix on pairs of colour images of 8 bits, without padding, rotation, jitter or cutout',
    Object.fromEntries(others.map((flag) => [flag, String(asStored(flag))])),
    'go on with it by: pix2pix train --continue_train',
  );
}
