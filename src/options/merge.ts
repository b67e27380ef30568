import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { refuseForeignData } from './dataForModel.js';
import { describeDiff, diffOptions } from './diff.js';
import type { OptionExtensions } from './extension.js';
import { toFlagValues, toOptions } from './optionsObject.js';
import { requireOptions } from './parse.js';
import { type Choice, defaultsOf, resolveTable } from './resolveTable.js';
import { checkStored, type StoredOptions, storedChoice, tableOf } from './serialise.js';
import type { OptionScalar, OptionSpec, OptionTable } from './spec.js';
import { TEST_OPTIONS, type TestOptions } from './testOptions.js';
import { TRAIN_OPTIONS, type TrainOptions } from './trainOptions.js';

/**
 * Completes options by those of the checkpoint that is about to be loaded, so that neither a test nor a continued
 * training repeats the flags of the training. Explicit flags win; what each option's `stored` role says decides the
 * rest. In a test, load_size follows crop_size unless it was given.
 *
 * @param opt from `parseTrainOptions` with --continue_train, or from `parseTestOptions`
 * @param stored what the checkpoint says; options that this version does not know are passed over
 * @throws Pix2PixError with the differences when explicit flags ask for other networks than the checkpoint holds, when
 *   a stored value is not valid, and when --dataroot is known to neither side
 */
export function mergeStoredOptions<T extends TrainOptions | TestOptions>(
  opt: T,
  stored: StoredOptions,
  extensions: OptionExtensions,
): T {
  const table = tableOfBoth(opt, stored, extensions);
  const asked = toFlagValues(opt, table);
  const kept = checkStored(stored, table);
  refuseOtherNetworks(opt, asked, kept, table);

  const values = { ...defaultsOf(table), ...chosenOf(opt, asked, extensions) };
  const isOtherModel =
    opt.given.includes('model') && Object.hasOwn(kept, 'model') && kept.model !== opt.model;
  for (const [flag, value] of Object.entries(kept)) {
    if (isOtherModel && OF_THE_DATA.has(flag)) continue;
    const isOpen = !opt.given.includes(flag) || isUndecided(table[flag], values[flag]);
    if (isOpen && isTaken(table[flag], opt.isTrain)) values[flag] = value;
  }
  if (!opt.isTrain && !opt.given.includes('load_size')) values.load_size = values.crop_size;
  requireOptions(table, values);
  refuseForeignData(values, extensions, opt.isTrain);
  return { ...opt, ...toOptions<T>(values, opt.given, opt.isTrain) };
}

/** The options that were chosen, as far as that can be seen: all that differ from the defaults of the model. */
function chosenOf(
  opt: TrainOptions | TestOptions,
  asked: Record<string, OptionScalar>,
  extensions: OptionExtensions,
): Record<string, OptionScalar> {
  const defaults = defaultsOf(tableOf(opt, extensions));
  const isChosen = ([flag, value]: [string, OptionScalar]) =>
    opt.given.includes(flag) || value !== defaults[flag];
  return Object.fromEntries(Object.entries(asked).filter(isChosen));
}

/** Options of the run that another model does not need: a single generator of a CycleGAN wants images of one side. */
const OF_THE_DATA: ReadonlySet<string> = new Set(['dataset_mode', 'dataroot', 'direction']);

/** The table of the model and the data set that the merged options will name. */
function tableOfBoth(
  opt: TrainOptions | TestOptions,
  stored: StoredOptions,
  extensions: OptionExtensions,
): OptionTable {
  const choice = (flag: 'model' | 'dataset_mode', asked: string): Choice => {
    // A model that is not the run's comes with the data set of its own.
    const isGiven = opt.given.includes(flag) || (flag === 'dataset_mode' && opt.given.includes('model'));
    const kept = isGiven ? undefined : storedChoice(stored, flag);
    return kept ?? { value: asked, source: `--${flag}` };
  };
  const chosen = { model: choice('model', opt.model), dataset_mode: choice('dataset_mode', opt.datasetMode) };
  return resolveTable(opt.isTrain ? TRAIN_OPTIONS : TEST_OPTIONS, chosen, extensions, opt.isTrain);
}

function refuseOtherNetworks(
  opt: TrainOptions | TestOptions,
  asked: Record<string, OptionScalar>,
  kept: Record<string, OptionScalar>,
  table: OptionTable,
): void {
  const fixed = opt.given.filter((flag) => Object.hasOwn(kept, flag) && isFixed(table[flag], opt.isTrain));
  const pick = (values: Record<string, OptionScalar>) =>
    Object.fromEntries(fixed.map((flag) => [flag, values[flag]]));
  const differences = diffOptions(pick(asked), pick(kept));
  if (differences.length === 0) return;
  throw new Pix2PixError(
    `the checkpoint of ${opt.name} holds other networks than the command line asks for`,
    describeDiff(differences, ['command line', 'checkpoint']),
    'leave these flags out, for the checkpoint knows them; or train a new run under another --name',
  );
}

function isFixed(spec: OptionSpec, isTrain: boolean): boolean {
  return spec.stored === 'generator' || (spec.stored === 'discriminator' && isTrain);
}

function isUndecided(spec: OptionSpec, value: OptionScalar): boolean {
  return spec.kind === 'string' && spec.undecided !== undefined && value === spec.undecided;
}

function isTaken(spec: OptionSpec, isTrain: boolean): boolean {
  const role = spec.stored ?? 'resume';
  return role === 'generator' || role === 'always' || (isTrain && role !== 'never');
}
