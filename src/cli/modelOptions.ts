import { type Command, InvalidArgumentError, Option } from 'commander';
import type { DeviceChoice } from '../engine/devices/registry.js';
import type { SourceOptions } from '../inference/generatorSource.js';
import { type NormMode, normModes } from '../inference/portable/generatorInfo.js';
import { applyGpuChoice, gpuNameFault } from '../options/gpuIds.js';
import { printError } from './output.js';

/** Which generator, by flag. */
export interface ModelFlags extends SourceFlags {
  readonly model: string;
}

/** Where generators are found and how they are read, by flag. */
export interface SourceFlags {
  readonly checkpoints_dir: string;
  readonly epoch: string;
  readonly generator?: string;
  readonly norm_mode: NormMode;
}

/** The options that choose a generator. */
export function withModelOptions(command: Command): Command {
  return withSourceOptions(
    command.requiredOption(
      '--model <run|file>',
      "a run's name or folder, a checkpoint, an exported file, or demo:facades or demo:labels, which come with the package",
    ),
  );
}

/** The options that say where generators are found and how they are read. */
export function withSourceOptions(command: Command): Command {
  return command
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

/** Which device, by flag. */
export interface DeviceFlags<Choice extends DeviceChoice = DeviceChoice> {
  readonly device: Choice;
  readonly gpu?: string;
}

/** The options that choose a device. @param choices of `--device`, the default first; @param does what it does */
export function withDeviceOptions(command: Command, choices: readonly DeviceChoice[], does: string): Command {
  return command
    .addOption(new Option('--device <name>', does).choices(choices).default(choices[0]))
    .option('--gpu <name>', 'the GPU to use, by a part of its name: pix2pix devices lists them', gpuName);
}

function gpuName(text: string): string {
  const fault = gpuNameFault(text);
  if (fault !== undefined) throw new InvalidArgumentError(`${fault}.`);
  return text;
}

/** As the other commands read these options. @throws Pix2PixError when they contradict each other */
export function deviceOptions<Choice extends DeviceChoice>(
  command: Command,
  { device, gpu }: DeviceFlags<Choice>,
): DeviceFlags<Choice> {
  const values = { device, gpu };
  const isGiven = (flag: string) => command.getOptionValueSource(flag) === 'cli';
  applyGpuChoice(values, new Set(['device', 'gpu'].filter(isGiven)));
  return values;
}

export function sourceOptions({ checkpoints_dir, epoch, generator, norm_mode }: SourceFlags): SourceOptions {
  return {
    checkpointsDir: checkpoints_dir,
    epoch,
    generator,
    normMode: norm_mode,
    onWarning: printError,
  };
}
