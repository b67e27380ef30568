import type { Device } from '../engine/runtime/device.js';
import { findModel } from '../models/registry.js';
import type { TestOptions } from '../options/testOptions.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { openChosenDevice } from './chosenDevice.js';
import { drawInThreads } from './drawing/drawInThreads.js';
import { Model } from './model/model.js';
import { Pix2PixModel } from './model/pix2pixModel.js';
import { rankCheckpoints } from './parallel/rankCheckpoints.js';
import type { Ranks } from './parallel/ranks.js';
import { fileCheckpoints } from './saved/fileCheckpoints.js';

/** Settings of `createModel` besides the options. */
export interface CreateSettings {
  /** Told what `SetupSettings.print` is, where a model computes without having been set up. Default: `console.log`. */
  readonly print?: (text: string) => void;
  /** @internal Those that train it together. Default: this process is alone. */
  readonly ranks?: Ranks;
}

/**
 * The model that `--model` names, with memory for its networks; a `Pix2PixModel` for pix2pix. `setup` fills it.
 *
 * @param device what computes, which outlives the model; by default that of `--device`, which goes with the model
 * @throws Pix2PixError for an unknown model, or options that contradict each other
 */
export async function createModel(
  opt: TrainOptions | TestOptions,
  device?: Device,
  { print, ranks }: CreateSettings = {},
): Promise<Model> {
  const definition = findModel(opt.model);
  const kind = opt.model === 'pix2pix' ? Pix2PixModel : Model;
  const checkpoints = ranks === undefined ? fileCheckpoints : rankCheckpoints(ranks, fileCheckpoints);
  const surroundings = { checkpoints, draw: drawInThreads, print };
  if (device !== undefined)
    return kind.create(definition, opt, { device, ownsDevice: false, ...surroundings });
  const own = await openChosenDevice(opt, { collective: ranks });
  try {
    return await kind.create(definition, opt, { device: own, ownsDevice: true, ...surroundings });
  } catch (error) {
    await own.dispose();
    throw error;
  }
}
