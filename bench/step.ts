import { createModel } from '../src/training/createModel.js';
import type { Model } from '../src/training/model/model.js';
import { parseTrainOptions } from '../src/training/options.js';
import { syntheticBatch } from '../src/training/profiling/syntheticBatch.js';

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

/** A model at the defaults on the processor, with an input, whose steps are to be timed. */
export async function defaultModel(threads: number): Promise<Model> {
  const machine = ['--device', 'cpu', '--intra_threads', `${threads}`];
  const opt = parseTrainOptions(['--dataroot', '.', ...machine]);
  const model = await createModel(opt);
  await model.setup(opt, { print: () => {} });
  model.setInput(syntheticBatch(opt, model.graph.inputs));
  return model;
}
