import { median } from './measure.js';
import type { PyTorchResult, PyTorchWay } from './pytorch.js';
import { formatColumns } from './report.js';
import { fitSerialPart } from './serialPart.js';
import type { ProfiledNode, ThreadTimes } from './threadsChild.js';

/** Ours at one count of threads, by a variant of `settingsOf`. */
export interface OwnTimes extends Omit<ThreadTimes, 'nodes'> {
  readonly threads: number;
  readonly variant: string;
}

/** PyTorch's at one count of threads. */
export interface PeerTimes {
  readonly threads: number;
  readonly way: PyTorchWay;
  readonly result: PyTorchResult;
}

/** Where ours spends a step. */
export interface ThreadProfile {
  readonly threads: number;
  readonly variant: string;
  readonly nodes: readonly ProfiledNode[];
}

/** All that `bench/threads.ts` has measured. */
export interface ThreadMeasurements {
  /** The variant that is ours; all others are compared with it. */
  readonly base: string;
  readonly ours: readonly OwnTimes[];
  readonly theirs: readonly PeerTimes[];
  readonly profiles: readonly ThreadProfile[];
}

/** Operators that take less in every column are left out of the table. */
const WORTH_A_ROW = 1;

const cell = (times: readonly number[] | undefined) =>
  times === undefined || times.length === 0 ? '' : `${median(times).toFixed(0)} ms`;

/** Steps, or forward passes, by threads: ours and PyTorch's. */
export function timesTable({ base, ours, theirs }: ThreadMeasurements, what: 'step' | 'forward'): string {
  const ways = [...new Set(theirs.map(({ way }) => way))];
  const rows = countsOf(ours, base).map((threads) => {
    const own = ours.find((entry) => entry.threads === threads && entry.variant === base);
    const peers = ways.map((way) => theirs.find((entry) => entry.threads === threads && entry.way === way));
    return [
      `${threads}`,
      cell(what === 'step' ? own?.stepMs : own?.forwardMs),
      ...peers.map((peer) =>
        cell(what === 'step' ? peer?.result.step_ms : peer?.result.generator_forward_ms),
      ),
    ];
  });
  return formatColumns([
    ['threads', what === 'step' ? 'a step' : 'a forward pass', ...ways.map((way) => `PyTorch, ${way}`)],
    ...rows,
  ]);
}

/** What else was tried at the same threads. */
export function variantsTable({ base, ours }: ThreadMeasurements): string {
  const rows = ours
    .filter(({ variant }) => variant !== base)
    .map(({ threads, variant, stepMs, forwardMs }) => [`${threads}`, variant, cell(stepMs), cell(forwardMs)]);
  return formatColumns([['threads', 'variant', 'a step', 'forward'], ...rows]);
}

/** The times of a step, by two and more threads where there are enough, as a serial part and a shared one, or a line that says why not. */
export function fitLine({ base, ours }: ThreadMeasurements): string {
  const own = ours.filter(({ variant }) => variant === base);
  const several = own.filter(({ threads }) => threads > 1);
  const times = several.length > 1 ? several : own;
  const fit = fitSerialPart(times.map(({ threads, stepMs }) => ({ threads, milliseconds: median(stepMs) })));
  if (fit === undefined) return 'no fit: it takes two counts of threads';
  return `a step, fitted: ${fit.serial.toFixed(0)} ms + ${fit.shared.toFixed(0)} ms / threads`;
}

/** Milliseconds by operator and threads, and what does not shrink with them. */
export function operatorTable({ base, profiles }: ThreadMeasurements): string {
  const own = profiles.filter(({ variant }) => variant === base).sort((a, b) => a.threads - b.threads);
  const tables = own.map(({ nodes }) => byOperator(nodes));
  const names = [...new Set(tables.flatMap((table) => [...table.keys()]))];
  const timesOf = (name: string) => tables.map((table) => table.get(name) ?? 0);
  const rows = names
    .map((name) => ({ name, times: timesOf(name) }))
    .filter(({ times }) => Math.max(...times) >= WORTH_A_ROW)
    .sort((a, b) => b.times[0] - a.times[0])
    .map(({ name, times }) => {
      const fit = fitSerialPart(times.map((milliseconds, i) => ({ threads: own[i].threads, milliseconds })));
      return [name, ...times.map((time) => time.toFixed(1)), fit?.serial.toFixed(1) ?? ''];
    });
  return formatColumns([
    ['operator', ...own.map(({ threads }) => `${threads} threads, ms`), 'serial, fitted'],
    ...rows,
  ]);
}

/** Milliseconds by operator. */
export function byOperator(nodes: readonly ProfiledNode[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { operator, milliseconds } of nodes) {
    sums.set(operator, (sums.get(operator) ?? 0) + milliseconds);
  }
  return sums;
}

function countsOf(ours: readonly OwnTimes[], base: string): number[] {
  const counts = ours.filter(({ variant }) => variant === base).map(({ threads }) => threads);
  return [...new Set(counts)].sort((a, b) => a - b);
}
