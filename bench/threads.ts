import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { describeMachine } from './machine.js';
import { median } from './measure.js';
import {
  findPyTorch,
  PYTORCH_WAYS,
  type PyTorchResult,
  type PyTorchWay,
  timePyTorchThreads,
} from './pytorch.js';
import { formatColumns } from './report.js';
import { fitSerialPart } from './serialPart.js';
import type { ProfiledNode, ThreadTimes, ThreadTrial } from './threadsChild.js';

/**
 * A default step, and the generator's forward pass, by 1, 2, 4, ... threads up to the machine's cores, ours and PyTorch's:
 * `npm run bench:threads`. Every figure is of a process of its own. Written after every figure to bench/results/threads.json.
 */
const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: powersUpTo(availableParallelism()).join(',') },
    steps: { type: 'string' },
    warmup: { type: 'string' },
    /** Few steps, forms by rule: for a machine that is lent by the minute. */
    quick: { type: 'boolean', default: false },
    /** Other settings to compare with, see `settingsOf`, and the threads that they are timed by; default: the most. */
    variants: { type: 'string', default: '' },
    'variant-threads': { type: 'string' },
    base: { type: 'string' },
    profile: { type: 'string' },
    'profile-variants': { type: 'string', default: '' },
    pytorch: { type: 'string', default: 'eager;bf16 autocast, channels last, fused Adam' },
    out: { type: 'string', default: 'bench/results/threads.json' },
  },
});
const counts = numbers(values.threads);
const most = Math.max(...counts);
const [steps, warmup] = [
  values.steps ?? (values.quick ? 5 : 10),
  values.warmup ?? (values.quick ? 2 : 3),
].map(Number);
const base = values.base ?? (values.quick ? 'default' : 'measured');
const variants = list(values.variants);
const variantThreads = numbers(values['variant-threads'] ?? `${most}`);
const profiledVariants = list(values['profile-variants']);
const profiled = numbers(values.profile ?? values.threads);
const ways = list(values.pytorch, ';') as PyTorchWay[];

const run = promisify(execFile);
const child = fileURLToPath(new URL('./threadsChild.js', import.meta.url));
const ours: ({ threads: number; variant: string } & Omit<ThreadTimes, 'nodes'>)[] = [];
const profiles: { threads: number; variant: string; nodes: readonly ProfiledNode[] }[] = [];
const theirs: { threads: number; way: PyTorchWay; result: PyTorchResult }[] = [];

for (const threads of [...counts].reverse()) {
  await measure(threads, base);
  if (variantThreads.includes(threads)) for (const variant of variants) await measure(threads, variant);
  if (profiled.includes(threads)) await profile(threads, base);
  if (variantThreads.includes(threads))
    for (const variant of profiledVariants) await profile(threads, variant);
}
const python = ways.length === 0 ? undefined : await findPyTorch();
for (const way of python === undefined ? [] : ways) await measureTheirs(python as string, way);
report();

async function trial(settings: ThreadTrial): Promise<ThreadTimes> {
  const { stdout } = await run(process.execPath, [child, JSON.stringify(settings)], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

async function measure(threads: number, variant: string): Promise<void> {
  try {
    const { nodes: _, ...times } = await trial({ threads, variant, steps, warmup, isProfiled: false });
    ours.push({ threads, variant, ...times });
    const [step, forward] = [median(times.stepMs), median(times.forwardMs)];
    say(
      `${threads} threads, ${variant}: step ${ms(step)}, forward ${ms(forward)}; start ${times.startMs.map(ms).join(', ')}`,
    );
  } catch (error) {
    say(`${threads} threads, ${variant}: failed: ${String(error).split('\n').at(-2)}`);
  }
  write();
}

async function profile(threads: number, variant: string): Promise<void> {
  const { nodes } = await trial({ threads, variant, steps: Math.min(steps, 5), warmup, isProfiled: true });
  profiles.push({ threads, variant, nodes });
  const top = [...byOperator(nodes)].sort((a, b) => b[1] - a[1]).slice(0, 12);
  say(
    `  ${threads} threads, ${variant}, profile: ${top.map(([name, time]) => `${name} ${time.toFixed(0)}`).join(', ')}`,
  );
  write();
}

async function measureTheirs(python: string, way: PyTorchWay): Promise<void> {
  try {
    const settings = { steps, warmup, threads: counts };
    for (const result of await timePyTorchThreads(python, PYTORCH_WAYS[way], settings)) {
      theirs.push({ threads: result.threads, way, result });
      const [step, forward] = [median(result.step_ms), median(result.generator_forward_ms)];
      say(`${result.threads} threads, PyTorch ${way}: step ${ms(step)}, forward ${ms(forward)}`);
    }
  } catch (error) {
    say(`PyTorch ${way} failed: ${(error as Error).message}`);
  }
  write();
}

/** Milliseconds by operator. */
function byOperator(nodes: readonly ProfiledNode[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { operator, milliseconds } of nodes)
    sums.set(operator, (sums.get(operator) ?? 0) + milliseconds);
  return sums;
}

function report(): void {
  const step = (threads: number) => ours.find((x) => x.threads === threads && x.variant === base);
  const of = (threads: number, way: PyTorchWay) =>
    theirs.find((x) => x.threads === threads && x.way === way)?.result;
  const cell = (times: readonly number[] | undefined) =>
    times === undefined || times.length === 0 ? '' : ms(median(times));
  const heading = [
    'threads',
    'step',
    ...ways.map((way) => `PyTorch, ${way}`),
    'forward',
    ...ways.map((way) => `PyTorch, ${way}`),
  ];
  const rows = counts.map((n) => [
    `${n}`,
    cell(step(n)?.stepMs),
    ...ways.map((way) => cell(of(n, way)?.step_ms)),
    cell(step(n)?.forwardMs),
    ...ways.map((way) => cell(of(n, way)?.generator_forward_ms)),
  ]);
  console.log(formatColumns([heading, ...rows]));
  const fitted = fitSerialPart(
    ours
      .filter((x) => x.variant === base && x.threads > 1)
      .map((x) => ({ threads: x.threads, milliseconds: median(x.stepMs) })),
  );
  if (fitted !== undefined) console.log(`fitted: ${ms(fitted.serial)} + ${ms(fitted.shared)} / threads`);
  if (profiles.length > 0) console.log(formatColumns(operatorTable()));
  console.log(`written to ${values.out}`);
}

function operatorTable(): string[][] {
  const sorted = profiles.filter(({ variant }) => variant === base).sort((a, b) => a.threads - b.threads);
  const tables = sorted.map(({ nodes }) => byOperator(nodes));
  const names = [...new Set(tables.flatMap((table) => [...table.keys()]))];
  const largest = (name: string) => Math.max(...tables.map((table) => table.get(name) ?? 0));
  const rows = names
    .filter((name) => largest(name) >= 1)
    .sort((a, b) => largest(b) - largest(a))
    .map((name) => {
      const times = tables.map((table) => table.get(name) ?? 0);
      const fit = fitSerialPart(
        times.map((milliseconds, i) => ({ threads: sorted[i].threads, milliseconds })),
      );
      return [name, ...times.map((time) => time.toFixed(1)), fit === undefined ? '' : fit.serial.toFixed(1)];
    });
  return [['operator', ...sorted.map(({ threads }) => `${threads} threads, ms`), 'serial'], ...rows];
}

function write(): void {
  mkdirSync(dirname(values.out), { recursive: true });
  const result = { ...describeMachine(), steps, warmup, base, ours, theirs, profiles };
  writeFileSync(values.out, `${JSON.stringify(result)}\n`);
}

function say(text: string): void {
  console.log(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${text}`);
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(0)} ms`;
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
