import { basename } from 'node:path';
import { LATEST } from '../checkpoints/format/checkpointNames.js';
import { openSafetensors } from '../checkpoints/safetensors.js';
import { CheckpointStore } from '../checkpoints/store.js';
import { registeredExtensions } from '../training/options.js';
import type { RunChoice } from './generatorFiles.js';
import type { GeneratorInfo } from './portable/generatorInfo.js';
import { emptyGenerator, optionsInFile } from './portable/generatorWeights.js';

/** What is known of a generator before its weights are read. */
export type WithoutWeights = Pick<GeneratorInfo, 'inputNc' | 'outputNc' | 'options'>;

/**
 * What a run or an exported .safetensors says of its generator; undefined where it says nothing, as files of others do, or
 * cannot be read: whoever loads it learns why.
 * @param source the folder of a run, or a file
 */
export function generatorWithoutWeights(source: string, choice: RunChoice): WithoutWeights | undefined {
  try {
    const options = /\.safetensors$/i.test(source) ? optionsOfFile(source) : optionsOfRun(source, choice);
    return options && emptyGenerator(basename(source), options, registeredExtensions(), choice.generator);
  } catch {
    return undefined;
  }
}

function optionsOfRun(folder: string, { epoch = LATEST }: RunChoice): WithoutWeights['options'] | undefined {
  const listed = new CheckpointStore(folder, { onWarning: () => {} }).list();
  return listed.find(({ tag }) => tag === epoch)?.manifest?.options;
}

function optionsOfFile(path: string): WithoutWeights['options'] | undefined {
  const file = openSafetensors(path);
  try {
    return optionsInFile(file);
  } finally {
    file.close();
  }
}
