import type { RunSummary } from '../../../src/records/dashboard/api.js';

/** Distinguishable in light and in dark: each has a contrast of at least 3 against both backgrounds. */
export const PALETTE = [
  '#3b78d8',
  '#d9622b',
  '#1f9e6e',
  '#b3519f',
  '#b58407',
  '#7d6bd6',
  '#189aa8',
  '#d1495b',
  '#6d8a1f',
  '#7a8594',
];

/**
 * The colour of every run: what a person gave it, or the next of the palette in the order in which runs were started,
 * so that a new run changes the colour of no other.
 */
export function runColours(runs: readonly RunSummary[]): ReadonlyMap<string, string> {
  const oldestFirst = [...runs].sort(
    (a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0) || (a.id < b.id ? -1 : 1),
  );
  return new Map(
    oldestFirst.map(({ id, annotations }, i) => [id, annotations.color ?? PALETTE[i % PALETTE.length]]),
  );
}
