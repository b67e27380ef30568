import { commandLine } from '../base/commandLine.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { findModel } from '../models/registry.js';
import type { TrainOptions } from '../options/trainOptions.js';

/** @throws Pix2PixError for a model that only translates, with the command that it is for */
export function requireTraining({ model }: TrainOptions): void {
  if (!findModel(model).onlyTests) return;
  throw new Pix2PixError(
    `--model ${model} has nothing to train`,
    {},
    `test with it: ${commandLine('test', '--model', model, '--name', 'NAME')}`,
  );
}
