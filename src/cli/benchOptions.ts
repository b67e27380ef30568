import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { OptionTable, OptionValues } from '../options/spec.js';
import { TRAIN_OPTIONS, TRAIN_OPTIONS_WITHOUT_DATA } from '../options/trainOptions.js';

const GROUP = 'Benchmark';

/** The options of `pix2pix bench` besides those of a training. */
const OWN = {
  steps: {
    kind: 'int',
    default: 10,
    min: 1,
    max: 100_000,
    group: GROUP,
    help: 'steps that are timed, after two',
  },
  profile: { kind: 'flag', group: GROUP, help: 'show where the time of a step goes' },
  show_kernels: {
    kind: 'flag',
    group: GROUP,
    help: 'print the kernels by which a GPU computes a step, with their WGSL, and time nothing',
  },
  json: { kind: 'flag', group: GROUP, help: 'print all of it as one JSON object' },
} as const satisfies OptionTable;

/** All that is read: the command line of a training may be given as it is. */
export const BENCH_OPTIONS = { ...OWN, ...TRAIN_OPTIONS_WITHOUT_DATA, ...OWN } as const satisfies OptionTable;

export type BenchOptions = OptionValues<typeof OWN>;

/** Options of a training that ask for something else than new networks and synthetic images. */
const REFUSED: Readonly<Record<string, string>> = {
  ...{
    continue_train: 'it times new networks',
    epoch: 'it times new networks',
    load_iter: 'it times new networks',
  },
  ...{ dry_run: 'it runs the steps', dashboard: 'it records nothing', mlflow_uri: 'it records nothing' },
};

/** Those of a training that decide how long a step takes; of the other tables it is all that a model adds. */
const DECIDING_GROUPS = ['Networks', 'Losses', 'Machine and messages'];
const DECIDING: readonly string[] = [
  ...['config', 'model', 'recipe', 'crop_size', 'batch_size'],
  ...['clip_grad_norm', 'accumulate', 'ema'],
];

/** The options that `bench --help` lists; the others are read as well, and change nothing. */
export function listedOptions(table: OptionTable): OptionTable {
  const isListed = (flag: string, group: string) =>
    !Object.hasOwn(REFUSED, flag) &&
    (Object.hasOwn(OWN, flag) ||
      !Object.hasOwn(TRAIN_OPTIONS, flag) ||
      DECIDING_GROUPS.includes(group) ||
      DECIDING.includes(flag));
  return Object.fromEntries(Object.entries(table).filter(([flag, { group }]) => isListed(flag, group)));
}

/** @throws Pix2PixError for an option that bench cannot do as it is asked */
export function refuseOthers(given: readonly string[]): void {
  const flag = given.find((flag) => Object.hasOwn(REFUSED, flag));
  if (flag === undefined) return;
  throw new Pix2PixError(`bench has no --${flag}: ${REFUSED[flag]}`, {}, `leave --${flag} out`);
}
