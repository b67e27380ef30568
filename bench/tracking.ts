import './ownCache.js';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { synthesizeFacades } from '../src/data/make/synthesizeFacades.js';
import { parseTrainOptions } from '../src/training/options.js';
import { describeSession } from '../src/training/report/describeSession.js';
import { Narration } from '../src/training/report/narration.js';
import { RunRecords } from '../src/training/report/runRecords.js';
import type { TrainingEvent } from '../src/training/report/trainingEvents.js';
import { TrainingFlags } from '../src/training/trainingFlags.js';
import { trainInThread } from '../src/training/trainingThread.js';
import { describeMachine } from './machine.js';
import { median } from './measure.js';
import { formatFacts, formatTable, type Row, writeResults } from './report.js';

/**
 * Measures the cost of keeping the record for a training step: `npm run bench:tracking`, which alternates between
 * trainings with and without a record. The record is kept by the main thread, so its cost is that thread's processor
 * time; the steps of the training thread show whether the two slow each other down.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '15' },
    'tiny-steps': { type: 'string', default: '2000' },
    threads: { type: 'string', default: `${availableParallelism()}` },
    out: { type: 'string', default: 'bench/results/tracking.json' },
  },
});
const rounds = Number(values.rounds);
/** Steps before those that count: the first compiles, and the record begins. */
const SKIPPED = 4;
const TINY = [
  ...['--netG', 'unet_32', '--ngf', '4', '--ndf', '4', '--netD', 'pixel'],
  ...['--load_size', '36', '--crop_size', '32'],
];

interface Measured {
  /** Milliseconds of each step, computing and waiting for data. */
  readonly steps: readonly number[];
  /** Milliseconds of processor time that the main thread took, by step. */
  readonly mainPerStep: number;
}

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-bench-'));
const cases = [
  { name: 'defaults, 256², batch 1', flags: [] as string[], steps: Number(values.steps) },
  { name: 'a tiny network, 32²', flags: TINY, steps: Number(values['tiny-steps']) },
];
const results = cases.map(({ name }) => ({ name, on: [] as Measured[], off: [] as Measured[] }));
try {
  await synthesizeFacades({ out: join(folder, 'data'), count: 24, size: 256 });
  for (let round = 1; round <= rounds; round++) {
    for (const [i, { name, flags, steps }] of cases.entries()) {
      for (const way of ['on', 'off'] as const) {
        console.error(`round ${round} of ${rounds}: ${name}, record ${way}`);
        results[i][way].push(await measure(flags, steps, way === 'on'));
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Trains, with the record that `pix2pix train` keeps or with none. */
async function measure(flags: readonly string[], count: number, isRecorded: boolean): Promise<Measured> {
  const opt = parseTrainOptions([
    ...[
      '--dataroot',
      join(folder, 'data'),
      '--checkpoints_dir',
      folder,
      '--name',
      'bench',
      '--val_freq',
      '0',
    ],
    ...['--max_steps', `${SKIPPED + count}`, '--n_epochs', '100000', '--intra_threads', values.threads],
    ...['--save_epoch_freq', '100000', ...flags],
  ]);
  const run = join(folder, 'bench');
  mkdirSync(run, { recursive: true });
  const records = isRecorded
    ? new RunRecords(opt, run, describeSession(opt), { warn: console.error, isOurs: () => true })
    : undefined;
  const narration = new Narration(opt);
  const steps: number[] = [];
  let [before, after] = [0, 0];
  const onEvent = (event: TrainingEvent) => {
    records?.handle(event, narration.tell(event));
    if (event.kind !== 'step') return;
    const { computeSeconds, dataSeconds } = event.report.time;
    steps.push((computeSeconds + dataSeconds) * 1000);
    if (steps.length === SKIPPED) before = mainThreadMilliseconds();
    if (steps.length === SKIPPED + count) after = mainThreadMilliseconds();
  };
  await trainInThread(opt, onEvent, new TrainingFlags());
  await records?.end({ reason: 'max_steps' });
  rmSync(run, { recursive: true });
  return { steps: steps.slice(SKIPPED), mainPerStep: (after - before) / count };
}

/** Processor time of this thread; where the system does not tell it by thread, the time in which it was not idle. */
function mainThreadMilliseconds(): number {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return performance.eventLoopUtilization().active;
  }
}

const rows = results.flatMap(({ name, on, off }, i): Row[] => {
  const [stepOn, stepOff] = [on, off].map((runs) => median(runs.flatMap(({ steps }) => steps)));
  const [mainOn, mainOff] = [on, off].map((runs) => median(runs.map(({ mainPerStep }) => mainPerStep)));
  const share = `${((100 * mainOn) / stepOff).toFixed(2)} %`;
  return [
    {
      what: `the record's cost per step, ${name}`,
      value: `${mainOn.toFixed(3)} ms = ${share} of it`,
      target: i === 0 ? '≤ 1 %' : undefined,
    },
    { what: '  main thread without a record', value: `${mainOff.toFixed(3)} ms` },
    { what: '  step with and without', value: `${stepOn.toFixed(2)} and ${stepOff.toFixed(2)} ms` },
  ];
});
const conditions = { ...describeMachine(), threads: values.threads };
console.log(formatTable(rows));
console.log(formatFacts(conditions));
writeResults(values.out, { ...conditions, rows, results });
