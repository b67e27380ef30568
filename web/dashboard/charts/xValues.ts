import type { RunSummary, Series } from '../../../src/records/dashboard/api.js';
import type { XAxis } from './chartSettings.js';

/** A stretch of the horizontal axis, in its own unit. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A place in a run: images trained on, and milliseconds since 1970. */
interface Place {
  readonly step: number;
  readonly wall: number;
}

/** Where a place of a run stands on an axis: in images, epochs, seconds. Undefined where the run does not tell. */
export function xOf(axis: XAxis, run: RunSummary, { step, wall }: Place): number | undefined {
  switch (axis) {
    case 'step':
      return step;
    case 'epoch':
      return run.imagesPerEpoch === undefined ? undefined : step / run.imagesPerEpoch;
    case 'relative':
      return run.startedAt === undefined ? undefined : (wall - run.startedAt) / 1000;
    case 'wall':
      return wall / 1000;
  }
}

/** The horizontal places of a series' points; none where the run does not tell. */
export function xValues(axis: XAxis, run: RunSummary, { steps, walls }: Series): number[] {
  return steps.flatMap((step, i) => xOf(axis, run, { step, wall: walls[i] }) ?? []);
}

/**
 * The steps that a stretch of the axis covers in some runs, with a point to spare on both sides, so that lines reach
 * the edges. Undefined where no point lies in it.
 */
export function stepsOf(
  { min, max }: Range,
  axis: XAxis,
  shown: readonly { readonly run: RunSummary; readonly series: Series }[],
): Range | undefined {
  const found: number[] = [];
  for (const { run, series } of shown) {
    const xs = xValues(axis, run, series);
    const first = xs.findIndex((x) => x >= min);
    const last = xs.findLastIndex((x) => x <= max);
    if (first < 0 || last < 0) continue;
    found.push(series.steps[Math.max(0, first - 1)], series.steps[Math.min(xs.length - 1, last + 1)]);
  }
  return found.length === 0 ? undefined : { min: Math.min(...found), max: Math.max(...found) };
}

/** Index of the point that is nearest to `x`, among ascending places. */
export function nearestIndex(xs: readonly number[], x: number): number {
  let [low, high] = [0, xs.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] < x) low = middle;
    else high = middle;
  }
  return Math.abs(xs[high] - x) < Math.abs(xs[low] - x) ? high : low;
}
