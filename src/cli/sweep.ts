import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { commandLine } from '../base/commandLine.js';
import { formatDuration } from '../base/duration.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { acquireLock, LockHeld } from '../checkpoints/runLock.js';
import type { OptionScalar } from '../options/spec.js';
import type { SweepRecord, SweepRun } from '../records/writing/sweepRecord.js';
import { parseTrainOptions } from '../training/options.js';
import { runSweep, type SweepSummary } from '../training/sweep/runSweep.js';
import { readSweep } from '../training/sweep/sweepDefinition.js';
import { beginSweep, hasCheckpoint, progressOf } from '../training/sweep/sweepFolder.js';
import { planSweep } from '../training/sweep/sweepPlan.js';
import { shownExamples } from './command.js';
import { print, printError } from './output.js';
import { trainInProcess } from './sweepChild.js';
import { describeSweep } from './sweepTable.js';
import { untilSignal } from './untilSignal.js';
import { wholeNumberIn } from './wholeNumber.js';

const ABOUT = [
  'Trains many runs whose options a file describes: a grid of values, or combinations drawn at random, each with one or',
  'more seeds. Each run is a folder below that of the sweep. Ctrl-C saves and stops; the same command goes on from there.',
].join(' ');

const EXAMPLES = [
  'pix2pix sweep facades_lr.json --dry_run',
  'pix2pix sweep facades_lr.json',
  'pix2pix sweep facades_lr.json --parallel 2',
];

const FILE_HELP = `
The file has options that all runs share, and what is tried of others:

  { "name": "facades_lr", "method": "grid", "metric": "val/L1", "seeds": 3,
    "options": { "dataroot": "./datasets/facades", "n_epochs": 20 },
    "parameters": { "lr": [0.0001, 0.0002], "netG": ["unet_128", "unet_256"] } }

With "method": "random" and "run_cap": 20, twenty combinations are drawn, of values or of ranges:

  "lr": { "min": 0.00001, "max": 0.001, "distribution": "log_uniform_values" }`;

interface Flags {
  readonly parallel: number;
  readonly retry: boolean;
  readonly dry_run: boolean;
}

/** `pix2pix sweep`. */
export function sweepCommand(setExitCode: (code: number) => void): Command {
  return new Command('sweep')
    .description(ABOUT)
    .argument('<file>', 'which options, and what is tried of them')
    .option('--parallel <n>', 'trainings at the same time, which share the cores', wholeNumberIn(1, 64), 1)
    .option('--retry', 'try those runs again that failed', false)
    .option('--dry_run', 'only list the runs and how far they are', false)
    .addHelpText('after', FILE_HELP)
    .addHelpText('after', shownExamples(EXAMPLES))
    .action(async (file: string, flags: Flags) => setExitCode(await sweep(file, flags)));
}

async function sweep(file: string, flags: Flags): Promise<number> {
  const definition = readSweep(file);
  const plan = planSweep(definition);
  const place = new SweepPlace(definition.name, plan, flags.parallel);
  for (const run of plan.runs) parseTrainOptions(place.argvOf(run), { onNotice: () => {} });
  if (flags.dry_run) {
    for (const run of plan.runs) print(`${run.name}  ${progressOf(place.folderOf(run))}`);
    return 0;
  }
  const lock = lockSweep(place.folder, definition.name);
  try {
    beginSweep(place.folder, plan);
    let summary: SweepSummary | undefined;
    const notice = 'finishing the steps under way, then saving; press Ctrl-C again to stop at once';
    const code = await untilSignal(async (stop) => {
      summary = await train(plan, place, flags, stop);
    }, notice);
    print(await describeSweep(definition.name, plan, place.checkpoints));
    print(ending(file, place.checkpoints, summary!));
    return code !== 0 ? code : summary!.failed.length > 0 ? 1 : 0;
  } finally {
    lock.release();
  }
}

/** Where the runs of a sweep are, and how each is called. */
class SweepPlace {
  readonly checkpoints: string;
  readonly folder: string;
  private readonly shared: readonly string[];

  constructor(
    private readonly name: string,
    { options, varied }: SweepRecord,
    parallel: number,
  ) {
    this.checkpoints = String(options.checkpoints_dir ?? './checkpoints');
    this.folder = join(this.checkpoints, name);
    const isSplit = parallel > 1 && options.intra_threads === undefined && !varied.includes('intra_threads');
    const threads = Math.max(1, Math.floor(availableParallelism() / parallel));
    this.shared = [...flagsOf(options), ...(isSplit ? [`--intra_threads=${threads}`] : [])];
  }

  folderOf(run: SweepRun): string {
    return join(this.folder, run.name);
  }

  /** What follows `pix2pix train`. */
  argvOf(run: SweepRun): string[] {
    const goesOn = hasCheckpoint(this.folderOf(run)) ? ['--continue_train'] : [];
    return [...this.shared, ...flagsOf(run.options), `--name=${this.name}/${run.name}`, ...goesOn];
  }
}

function flagsOf(options: Readonly<Record<string, OptionScalar>>): string[] {
  return Object.entries(options).map(([flag, value]) =>
    value === true ? `--${flag}` : `--${flag}=${value}`,
  );
}

function lockSweep(folder: string, name: string) {
  try {
    return acquireLock(join(folder, 'sweep.lock'));
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error;
    const fix = 'wait for it or stop it; if it is surely gone, remove the lock file';
    throw new Pix2PixError(`the sweep ${name} is under way already`, error.facts, fix);
  }
}

function train(plan: SweepRecord, place: SweepPlace, flags: Flags, stop: AbortSignal): Promise<SweepSummary> {
  const numberOf = (run: SweepRun) => `${plan.runs.indexOf(run) + 1} of ${plan.runs.length}: ${run.name}`;
  const began = new Map<SweepRun, number>();
  return runSweep(plan.runs, {
    ...flags,
    stop,
    progressOf: (run) => progressOf(place.folderOf(run)),
    train: (run) =>
      trainInProcess(place.argvOf(run), {
        folder: place.folderOf(run),
        stop,
        onLine: () => {},
        onWarning: (text) => printError(`warning: ${run.name}: ${text}`),
      }),
    onStart: (run) => {
      began.set(run, performance.now());
      print(`${numberOf(run)}: ${hasCheckpoint(place.folderOf(run)) ? 'goes on' : 'begins'}`);
    },
    onEnd: (run, outcome) => {
      const took = formatDuration((performance.now() - began.get(run)!) / 1000);
      if (outcome.end === 'failed') printError(`${numberOf(run)}: failed: ${outcome.message}`);
      else print(`${numberOf(run)}: ${outcome.end} after ${took}`);
    },
  });
}

function ending(file: string, checkpoints: string, { done, failed, left }: SweepSummary): string {
  const again = (...more: string[]) => commandLine('sweep', file, ...more);
  const told = [`${done} done, ${failed.length} failed, ${left} left`];
  if (left > 0) told.push(`go on: ${again()}`);
  if (failed.length > 0) told.push(`try those again that failed: ${again('--retry')}`);
  told.push(`look at them: ${commandLine('dashboard', '--logdir', checkpoints)}`);
  return told.join('\n');
}
