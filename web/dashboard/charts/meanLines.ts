import { spreadOf } from '../../../src/records/reading/spread.js';
import type { ChartGroup } from '../app/grouping.js';
import type { Band as BandKind } from './chartSettings.js';
import type { Line } from './line.js';
import { nearestIndex } from './xValues.js';

/** Places of a mean line; where its runs have more, it takes so many of them, evenly. */
const MOST_POINTS = 1000;

/**
 * The mean of the lines of each group, at every place where one of them has a point: the others' values there lie on
 * the way between their neighbouring points. A line counts only from its first point to its last. The band is the
 * standard deviation on both sides, or reaches from the lowest to the highest line.
 */
export function meanLines(lines: readonly Line[], groups: readonly ChartGroup[], kind: BandKind): Line[] {
  const byRun = new Map(lines.map((line) => [line.run, line]));
  return groups.flatMap(({ name, color, runs }) => {
    const members = runs.flatMap((run) => byRun.get(run) ?? []);
    if (members.length === 0) return [];
    const look = { run: name, name, color, members: members.map(({ run }) => run) };
    if (members.length === 1) return [{ ...members[0], ...look }];
    const xs = placesOf(members);
    const smoothed = xs.map((x) => spreadAt(members, x, ({ smoothed }) => smoothed));
    const edge = (side: -1 | 1) =>
      smoothed.map((spread) => {
        if (spread === undefined) return null;
        if (kind === 'extremes') return side < 0 ? spread.min : spread.max;
        return spread.mean + side * (spread.deviation ?? 0);
      });
    return [
      {
        ...look,
        xs,
        values: xs.map((x) => spreadAt(members, x, ({ values }) => values)?.mean ?? null),
        smoothed: smoothed.map((spread) => spread?.mean ?? null),
        band: { low: edge(-1), high: edge(1) },
      },
    ];
  });
}

function placesOf(lines: readonly Line[]): number[] {
  const all = [...new Set(lines.flatMap(({ xs }) => xs))].sort((a, b) => a - b);
  if (all.length <= MOST_POINTS) return all;
  return Array.from(
    { length: MOST_POINTS },
    (_, i) => all[Math.round((i * (all.length - 1)) / (MOST_POINTS - 1))],
  );
}

function spreadAt(lines: readonly Line[], x: number, pick: (line: Line) => Line['values']) {
  return spreadOf(lines.flatMap((line) => valueAt(line.xs, pick(line), x) ?? []));
}

/** Between two points on the straight line that joins them; undefined outside, and beside a gap. */
function valueAt(xs: readonly number[], values: Line['values'], x: number): number | undefined {
  if (x < xs[0] || x > xs[xs.length - 1]) return undefined;
  const near = nearestIndex(xs, x);
  const left = xs[near] <= x ? near : near - 1;
  const [a, b] = [values[left], values[Math.min(left + 1, xs.length - 1)]];
  if (xs[left] === x) return a ?? undefined;
  if (a === null || b === null) return undefined;
  return a + ((b - a) * (x - xs[left])) / (xs[left + 1] - xs[left]);
}
