import { createHash } from 'node:crypto';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { RandomStream } from '../../base/random/stream.js';
import type { OptionScalar } from '../../options/spec.js';
import type { SweepRecord, SweepRun } from '../../records/writing/sweepRecord.js';
import { draw } from './domain.js';
import type { SweepDefinition } from './sweepDefinition.js';

/** More than these nobody waits for, and no page shows. */
const MOST_RUNS = 1000;
/** Draws for each combination that is wanted: where there are fewer different ones, fewer are made. */
const DRAWS = 100;
const LONGEST_NAME = 100;

type Combination = Readonly<Record<string, OptionScalar>>;

/**
 * All runs of a sweep. It follows from the definition alone, and a larger one of the same kind (more values, seeds or
 * draws) holds the runs of the smaller: so a sweep that is started again goes on.
 *
 * @throws Pix2PixError where there are too many
 */
export function planSweep(definition: SweepDefinition): SweepRecord {
  const { method, metric, options, parameters, seeds } = definition;
  const combinations = method === 'grid' ? grid(definition) : drawn(definition);
  const seeded = combinations.flatMap((each): Combination[] =>
    seeds.length === 0 ? [each] : seeds.map((seed) => ({ ...each, seed })),
  );
  if (seeded.length > MOST_RUNS) throw tooMany(seeded.length);
  const names = new Set<string>();
  const runs = seeded.map((each): SweepRun => {
    const name = nameOf(each, names);
    names.add(name);
    return { name, options: each };
  });
  const varied = [...Object.keys(parameters), ...(seeds.length > 0 ? ['seed'] : [])];
  return { format: 1, method, metric, options, varied, runs };
}

/** Every value with every other, the last option changing fastest. */
function grid({ parameters }: SweepDefinition): Combination[] {
  let combinations: Combination[] = [{}];
  for (const [flag, domain] of Object.entries(parameters)) {
    if (!('values' in domain)) throw new RangeError(`${flag} is no list`);
    if (combinations.length * domain.values.length > MOST_RUNS)
      throw tooMany(combinations.length * domain.values.length);
    combinations = combinations.flatMap((each) => domain.values.map((value) => ({ ...each, [flag]: value })));
  }
  return combinations;
}

/** Different combinations, each drawn from its own number. */
function drawn({ name, parameters, count, drawnFrom }: SweepDefinition): Combination[] {
  const found = new Map<string, Combination>();
  for (let i = 0; found.size < count && i < count * DRAWS; i++) {
    const random = new RandomStream(drawnFrom, `sweep.${name}`, [i]);
    const entries = Object.entries(parameters).map(([flag, domain]) => [flag, draw(domain, random)] as const);
    const key = JSON.stringify(entries);
    if (!found.has(key)) found.set(key, Object.fromEntries(entries));
  }
  return [...found.values()];
}

/** `lr=0.0001,netG=unet_256`: as a folder may be named on every system, and unlike all others. */
function nameOf(options: Combination, taken: ReadonlySet<string>): string {
  const text = Object.entries(options)
    .map(([flag, value]) => `${flag}=${value}`)
    .join(',');
  const plain = text.replace(/[^\w.=,+-]/g, '_') || 'run';
  if (plain.length <= LONGEST_NAME && !taken.has(plain)) return plain;
  const hash = createHash('sha256').update(JSON.stringify(options)).digest('hex').slice(0, 8);
  return `${plain.slice(0, LONGEST_NAME - 9)}-${hash}`;
}

function tooMany(runs: number): Pix2PixError {
  return new Pix2PixError(
    'the sweep has too many runs',
    { runs: `${runs} or more`, limit: MOST_RUNS },
    'leave values or seeds out, or draw some: "method": "random" with "run_cap"',
  );
}
