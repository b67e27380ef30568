import { Pix2PixError } from '../errors/pix2pixError.js';
import type { TestOptions } from '../options/testOptions.js';
import type { Pix2PixOptions, TrainOptions } from '../options/trainOptions.js';
import type { Command } from './command.js';
import type { DemoOptions } from './demo.js';

/** Stands for the parts that the commands call and that are not there yet; each import of it is to be replaced. */
const notBuiltYet = (part: string) => new Pix2PixError(`${part} is not built yet`);

export async function train(_opt: TrainOptions & Pix2PixOptions, _stop: AbortSignal): Promise<void> {
  throw notBuiltYet('training');
}

export async function test(_opt: TestOptions, _stop: AbortSignal): Promise<void> {
  throw notBuiltYet('testing');
}

export async function demo(_opt: DemoOptions, _stop: AbortSignal): Promise<void> {
  throw notBuiltYet('the demonstration');
}

export const datasetCommand: Command = {
  name: 'dataset',
  summary: 'make, join or download data sets',
  help: () => 'Usage: pix2pix dataset synth|combine|download ...',
  run: () => Promise.reject(notBuiltYet('pix2pix dataset')),
};
