import './ownCache.js';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { describeMachine } from './machine.js';
import { median } from './measure.js';
import { findPyTorch, PYTORCH_WAYS, type PyTorchWay, timePyTorchThreads } from './pytorch.js';
import type { ThreadTimes, ThreadTrial } from './threadsChild.js';
import {
  byOperator,
  fitLine,
  type OwnTimes,
  operatorTable,
  type PeerTimes,
  type ThreadProfile,
  timesTable,
  variantsTable,
} from './threadsReport.js';
import { type TrainCommandResult, watchTrainCommand } from './trainCommand.js';

/**
 * A default step and the generator's forward pass by 1, 2, 4, ... threads up to the machine's cores, ours and PyTorch's, and
 * where the time goes: `npm run bench:threads`. Every figure is of a process of its own; all are told and written as they
 * come. `--quick` is for a machine that is lent by the minute.
 */
const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: powersUpTo(availableParallelism()).join(',') },
    steps: { type: 'string' },
    quick: { type: 'boolean', default: false },
    /** What is measured at every count, and what besides at some of them, by default at the most: see `settingsOf`. */
    base: { type: 'string', default: 'default' },
    variants: { type: 'string', default: '' },
    'variant-threads': { type: 'string' },
    /** The counts at which ours is profiled; default: all. */
    profile: { type: 'string' },
    /** Ways of PyTorch, joined by `;`. */
    pytorch: { type: 'string', default: 'eager;bf16 autocast, channels last, fused Adam' },
    /** Whether the start of `pix2pix train` is timed too. */
    start: { type: 'boolean', default: false },
    out: { type: 'string', default: 'bench/results/threads.json' },
  },
});
const counts = numbers(values.threads);
const most = Math.max(...counts);
const steps = Number(values.steps ?? (values.quick ? 5 : 10));
const warmup = values.quick ? 2 : 3;
const { base } = values;
const variantThreads = numbers(values['variant-threads'] ?? `${most}`);
const profiled = numbers(values.profile ?? values.threads);

const run = promisify(execFile);
const child = fileURLToPath(new URL('./threadsChild.js', import.meta.url));
const machine = describeMachine();
const ours: OwnTimes[] = [];
const profiles: ThreadProfile[] = [];
const theirs: PeerTimes[] = [];
let start: TrainCommandResult | undefined;

for (const threads of [...counts].reverse()) {
  await measure(threads, base);
  if (profiled.includes(threads)) await profile(threads);
  if (variantThreads.includes(threads)) {
    for (const variant of list(values.variants)) await measure(threads, variant);
  }
}
const ways = list(values.pytorch, ';') as PyTorchWay[];
const python = ways.length === 0 ? undefined : await findPyTorch();
for (const way of python === undefined ? [] : ways) await measureTheirs(python as string, way);
if (values.start) await measureStart();
const measured = { base, ours, theirs, profiles };
const tables = [timesTable(measured, 'step'), timesTable(measured, 'forward'), fitLine(measured)];
console.log([...tables, operatorTable(measured), variantsTable(measured)].join('\n\n'));
console.log(`written to ${values.out}`);

async function measure(threads: number, variant: string): Promise<void> {
  const heading = `${threads} threads, ${variant}`;
  try {
    const { nodes: _, ...times } = await trial({ threads, variant, steps, warmup, isProfiled: false });
    ours.push({ threads, variant, ...times });
    tell(`${heading}: step ${medianOf(times.stepMs)}, forward ${medianOf(times.forwardMs)}`);
  } catch (error) {
    tell(`${heading}: failed: ${String(error).trim().split('\n').at(-1)}`);
  }
}

async function profile(threads: number): Promise<void> {
  const settings = { threads, variant: base, steps: Math.min(steps, 5), warmup, isProfiled: true };
  const { nodes } = await trial(settings);
  profiles.push({ threads, variant: base, nodes });
  const largest = [...byOperator(nodes)].sort((a, b) => b[1] - a[1]).slice(0, 8);
  tell(`${threads} threads: ${largest.map(([name, time]) => `${name} ${time.toFixed(0)}`).join(', ')}`);
}

async function trial(settings: ThreadTrial): Promise<ThreadTimes> {
  const { stdout } = await run(process.execPath, [child, JSON.stringify(settings)], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

async function measureTheirs(python: string, way: PyTorchWay): Promise<void> {
  try {
    const settings = { steps, warmup, threads: counts };
    for (const result of await timePyTorchThreads(python, PYTORCH_WAYS[way], settings)) {
      theirs.push({ threads: result.threads, way, result });
      const [step, forward] = [result.step_ms, result.generator_forward_ms].map(medianOf);
      tell(`${result.threads} threads, PyTorch, ${way}: step ${step}, forward ${forward}`);
    }
  } catch (error) {
    tell(`PyTorch, ${way}, failed: ${(error as Error).message}`);
  }
}

/** Twice: the first may have to time layers. */
async function measureStart(): Promise<void> {
  for (let i = 0; i < 2; i++) start = await watchTrainCommand(5, ['--device', 'cpu']);
  const [first, end] = [start!.secondsToFirstStep, start!.secondsToItsEnd].map((time) => time.toFixed(1));
  tell(`from pix2pix train to the first step, and to its end: ${first} s, ${end} s`);
}

/** Says something, and writes all that there is by now. */
function tell(text: string): void {
  console.log(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${text}`);
  mkdirSync(dirname(values.out), { recursive: true });
  const result = { ...machine, steps, base, ours, theirs, profiles, start };
  writeFileSync(values.out, `${JSON.stringify(result)}\n`);
}

function medianOf(times: readonly number[]): string {
  return `${median(times).toFixed(0)} ms`;
}

function list(text: string, separator = ','): string[] {
  return text.split(separator).filter((part) => part !== '');
}

function numbers(text: string): number[] {
  return list(text).map(Number);
}

/** 1, 2, 4, ... and at last the count itself. */
function powersUpTo(most: number): number[] {
  const powers = Array.from({ length: 12 }, (_, i) => 2 ** i).filter((n) => n < most);
  return [...powers, most];
}
