import { type Command, Option } from 'commander';
import type { SourceOptions } from '../inference/generatorSource.js';
import { type NormMode, normModes } from '../inference/portable/generatorInfo.js';
import { printError } from './output.js';

/** Which generator, by flag. */
export interface ModelFlags {
  readonly model: string;
  readonly checkpoints_dir: string;
  readonly epoch: string;
  readonly generator?: string;
  readonly norm_mode: NormMode;
}

/** The options that choose a generator. */
export function withModelOptions(command: Command): Command {
  return command
    .requiredOption('--model <run|file>', "a run's name or folder, a checkpoint, or an exported file")
    .option('--checkpoints_dir <folder>', 'where runs are', './checkpoints')
    .option('--epoch <tag>', "of a run's checkpoints: latest, best, 5, iter_5000", 'latest')
    .option('--generator <network>', 'of a model that has two: G_A, which makes B and is the default, or G_B')
    .addOption(
      new Option(
        '--norm_mode <mode>',
        'batch norm by the statistics of the image, or the running ones of the training',
      )
        .choices(normModes)
        .default('batch'),
    );
}

export function sourceOptions({ checkpoints_dir, epoch, generator, norm_mode }: ModelFlags): SourceOptions {
  return {
    checkpointsDir: checkpoints_dir,
    epoch,
    generator,
    normMode: norm_mode,
    onWarning: printError,
  };
}
