import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webModule } from '../webModule.js';

// Means of groups, without a browser. The numbers are NumPy's: interp on the union of the places, mean, std(ddof=1).

/** As web/dashboard/charts/line.ts has it, which Node's types cannot check: it knows the browser. */
interface Line {
  readonly run: string;
  readonly name: string;
  readonly color: string;
  readonly xs: readonly number[];
  readonly values: readonly (number | null)[];
  readonly smoothed: readonly (number | null)[];
  readonly members?: readonly string[];
  readonly band?: { readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[] };
}
interface MeanLines {
  meanLines(
    lines: readonly Line[],
    groups: readonly { readonly name: string; readonly color: string; readonly runs: readonly string[] }[],
    kind: 'deviation' | 'extremes',
  ): Line[];
}

const { meanLines } = await webModule<MeanLines>('dashboard/charts/meanLines.ts');

const lineOf = (run: string, xs: readonly number[], values: readonly (number | null)[]): Line => ({
  ...{ run, name: run, color: '#000000', xs, values },
  smoothed: values,
});
const a = lineOf('a', [0, 10, 20], [0, 10, 40]);
const b = lineOf('b', [0, 5, 20], [2, 3, 9]);
const groups = [{ name: 'both', color: '#123456', runs: ['a', 'b'] }];
const close = (found: readonly (number | null)[] | undefined, expected: readonly number[]) => {
  assert.equal(found?.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(found![i]! - value) < 1e-12, `${found} instead of ${expected}`);
};

test('a group is drawn as the mean of its lines, with their standard deviation around it', () => {
  const [mean, ...others] = meanLines([a, b], groups, 'deviation');
  assert.deepEqual(others, []);
  assert.deepEqual(
    [mean.name, mean.color, mean.members, mean.xs],
    ['both', '#123456', ['a', 'b'], [0, 5, 10, 20]],
  );
  close(mean.values, [1, 4, 7.5, 24.5]);
  const deviations = [Math.SQRT2, Math.SQRT2, 3.5355339059327378, 21.920310216782973];
  close(
    mean.band?.high,
    [1, 4, 7.5, 24.5].map((value, i) => value + deviations[i]),
  );
  close(
    mean.band?.low,
    [1, 4, 7.5, 24.5].map((value, i) => value - deviations[i]),
  );
});

test('or with the lowest and the highest of them', () => {
  const [{ band }] = meanLines([a, b], groups, 'extremes');
  close(band?.low, [0, 3, 5, 9]);
  close(band?.high, [2, 5, 10, 40]);
});

test('a line counts from its first point to its last, and not beside a gap', () => {
  const short = lineOf('b', [0, 10], [4, 6]);
  close(meanLines([a, short], groups, 'deviation')[0].values, [2, 8, 40]);
  const broken = lineOf('b', [0, 10, 20], [2, null, 6]);
  close(meanLines([a, broken], groups, 'deviation')[0].values, [1, 10, 23]);
});

test('a group of one run is that run, and one whose runs have no such scalar is not drawn', () => {
  const [single, ...none] = meanLines(
    [a],
    [...groups, { name: 'empty', color: '#000000', runs: ['c'] }],
    'deviation',
  );
  assert.deepEqual([none, single.values, single.band], [[], a.values, undefined]);
});
