import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { readConfigFile } from '../../options/configFile.js';
import { folderNameFault } from '../../options/folderName.js';
import { nearestName } from '../../options/nearest.js';
import type { OptionScalar } from '../../options/spec.js';
import { type Domain, parseDomain, type Refuse } from './domain.js';

/** A sweep as its file describes it. */
export interface SweepDefinition {
  readonly name: string;
  readonly method: 'grid' | 'random';
  /** The tag of the scalar by which runs are judged. */
  readonly metric: string;
  /** Options that all runs share, by their flags. */
  readonly options: Readonly<Record<string, OptionScalar>>;
  /** What is tried of an option, by its flag. */
  readonly parameters: Readonly<Record<string, Domain>>;
  /** Each combination is trained once with each; none: with the seed of `options`. */
  readonly seeds: readonly number[];
  /** Combinations that a random sweep draws. */
  readonly count: number;
  /** The seed that they are drawn from. */
  readonly drawnFrom: number;
}

const KEYS = ['name', 'method', 'metric', 'options', 'parameters', 'seeds', 'run_cap', 'draw_seed'];
/** What the sweep itself decides for its runs. */
const OF_THE_SWEEP = ['name', 'suffix', 'continue_train', 'json', 'dry_run', 'dashboard', 'config'];
const MOST_SEEDS = 1000;

/**
 * Reads the file of a sweep: an object as a file of options is one, whose `parameters` hold what is tried.
 *
 * ```json
 * {
 *   "name": "facades_lr", "method": "grid", "metric": "val/L1", "seeds": 3,
 *   "options": { "dataroot": "./datasets/facades", "n_epochs": 20, "n_epochs_decay": 0 },
 *   "parameters": { "lr": [0.0001, 0.0002], "netG": ["unet_128", "unet_256"] }
 * }
 * ```
 *
 * @throws Pix2PixError naming what is missing, unknown or of the wrong kind
 */
export function readSweep(path: string): SweepDefinition {
  const file = readConfigFile(path);
  const refuse = (problem: string, fix: string) => new Pix2PixError(problem, { sweep: path }, fix);
  for (const key of file.keys()) {
    if (KEYS.includes(key)) continue;
    const near = nearestName(key, KEYS);
    throw refuse(`a sweep has no ${key}`, near === undefined ? KEYS.join(', ') : `did you mean ${near}?`);
  }
  const name = file.get('name');
  const fault = typeof name === 'string' ? folderNameFault(name) : 'it is missing';
  if (typeof name !== 'string' || fault !== undefined)
    throw refuse(`the name of the sweep: ${fault}`, 'give it one, such as "name": "facades_lr"');
  const method = file.get('method') ?? 'grid';
  if (method !== 'grid' && method !== 'random')
    throw refuse(`there is no method ${JSON.stringify(method)}`, '"grid" tries all, "random" draws some');
  const parameters = objectOf(file.get('parameters'), 'parameters', refuse);
  const options = objectOf(file.get('options') ?? {}, 'options', refuse);
  for (const flag of [...Object.keys(parameters), ...Object.keys(options)])
    if (OF_THE_SWEEP.includes(flag)) throw refuse(`the sweep itself decides about ${flag}`, 'leave it out');
  const twice = Object.keys(parameters).find((flag) => Object.hasOwn(options, flag));
  if (twice !== undefined) throw refuse(`${twice} is both an option and a parameter`, 'keep one of them');
  const domains = Object.entries(parameters).map(
    ([flag, value]) => [flag, parseDomain(value, flag, method, refuse)] as const,
  );
  const count = file.get('run_cap');
  if (method === 'random' && !isCount(count))
    throw refuse('a random sweep needs run_cap, how many combinations to draw', 'such as "run_cap": 20');
  if (method === 'grid' && count !== undefined)
    throw refuse('a grid tries all combinations, and has no run_cap', 'leave it out, or "method": "random"');
  const metric = file.get('metric') ?? 'val/L1';
  if (typeof metric !== 'string') throw refuse('metric is no tag of a scalar', 'such as "metric": "val/L1"');
  return {
    ...{ name, method, metric },
    options: options as SweepDefinition['options'],
    parameters: Object.fromEntries(domains),
    seeds: seedsOf(file.get('seeds'), [...Object.keys(options), ...Object.keys(parameters)], refuse),
    count: isCount(count) ? count : 0,
    drawnFrom: isCount(file.get('draw_seed')) ? (file.get('draw_seed') as number) : 0,
  };
}

function objectOf(value: unknown, key: string, refuse: Refuse): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw refuse(
    value === undefined ? `${key} are missing` : `${key} are no object`,
    `such as "${key}": {"lr": [0.0001, 0.0002]}`,
  );
}

function seedsOf(value: unknown, flags: readonly string[], refuse: Refuse): number[] {
  if (value === undefined) return [];
  if (flags.includes('seed')) throw refuse('both seeds and the option seed are given', 'keep one of them');
  if (isCount(value) && value <= MOST_SEEDS) return Array.from({ length: value }, (_, seed) => seed);
  const isList = Array.isArray(value) && value.length > 0 && value.length <= MOST_SEEDS;
  if (isList && value.every((seed) => Number.isSafeInteger(seed) && seed >= 0)) return [...new Set(value)];
  throw refuse('seeds are neither a number of them nor a list', 'such as "seeds": 3 or "seeds": [7, 8, 9]');
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
