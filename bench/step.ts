import { createModel } from '../src/training/createModel.js';
import type { Model } from '../src/training/model/model.js';
import { parseTrainOptions } from '../src/training/options.js';

/**
 * Floating-point operations of one `optimize_parameters` at the defaults, 256² and batch 1: 43.7 G multiply-adds in
 * the convolutions (three passes of the generator, eight of the discriminator).
 */
export const STEP_FLOPS = 87.4e9;

/**
 * Bytes that one pass of Adam over the default networks' 57.2 million parameters moves: parameter, gradient and two
 * moments are read, all but the gradient written.
 */
export const ADAM_BYTES = 57_182_660 * 7 * 4;

/** A model at the defaults, with an input, whose steps are to be timed. */
export async function defaultModel(threads: number): Promise<Model> {
  const model = await createModel(parseTrainOptions(['--dataroot', '.', '--intra_threads', `${threads}`]));
  await model.setup(model.opt, { print: () => {} });
  model.setInput({ A: image(1), B: image(2) });
  return model;
}

function image(seed: number) {
  const data = Uint8Array.from({ length: 256 * 256 * 3 }, (_, i) => 128 + 100 * Math.sin(seed * i));
  return { data, shape: [1, 256, 256, 3] as const };
}
