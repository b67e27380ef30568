import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { compareByField, readField } from './fields.js';
import { filterRuns } from './filter.js';
import type { RunSummary } from './runSummary.js';

function summary(id: string, rest: Partial<RunSummary> = {}): RunSummary {
  const nothing = { options: {}, last: {}, best: {}, scalars: [], images: [], annotations: {}, problems: [] };
  return { id, state: 'finished', isForeign: false, seconds: 0, step: 0, revision: 1, ...nothing, ...rest };
}

const unet = summary('maps_unet', {
  options: { lr: 2e-4, netG: 'unet_256', no_flip: false, dataroot: '../../sets/maps-2024', ema: null },
  last: { 'val/L1': 0.12, 'loss/G L1': null },
  best: { 'val/L1': { value: 0.05, step: 100 } },
  annotations: { labels: ['baseline', 'keep'], displayName: 'First try' },
  epoch: 5,
});
const resnet = summary('facades_resnet', {
  options: { lr: 1e-4, netG: 'resnet_9blocks', no_flip: true, epoch: 'latest' },
  state: 'crashed',
  step: 300,
});
const runs = [unet, resnet];

const CASES: readonly [filter: string, kept: readonly RunSummary[]][] = [
  ['', runs],
  ['  ', runs],
  ['lr > 1e-4 and netG = unet_256', [unet]],
  ['lr>=1e-4 && !(netG = unet_256)', [resnet]],
  ['not netG = unet_256', [resnet]],
  ['not netG = unet_256 or lr > 1e-4', runs],
  ['state = crashed or (state = finished and step > 0)', [resnet]],
  ['best(val/L1) < 0.1', [unet]],
  ['last(val/L1) > 0.1 AND val/L1 < 0.2', [unet]],
  ['"loss/G L1" = NaN', [unet]],
  ['no_flip = true', [resnet]],
  ['epoch = 5', [unet]],
  ['dataroot ~ MAPS-2024', [unet]],
  ['dataroot !~ maps', [resnet]],
  ['val/L1 != 0.12', [resnet]],
  ['label = keep', [unet]],
  ['label != keep', [resnet]],
  ['maps', [unet]],
  ['"first try"', [unet]],
  ['name = "First try"', [unet]],
  ['base first', [unet]],
  ['s lr > 1e-4', [unet]],
];

for (const [filter, kept] of CASES) {
  test(`filter: ${filter === '' ? '(empty)' : filter}`, () => {
    assert.deepEqual(
      filterRuns(runs, filter).map(({ id }) => id),
      kept.map(({ id }) => id),
    );
  });
}

const REFUSALS: readonly [filter: string, summary: RegExp, place: string, fix: RegExp][] = [
  ['lr >', /Expected expression after >/, 'letter 5', /write it like/],
  ['(lr > 1', /Unclosed \(/, 'letter 8', /write it like/],
  ['lr > fast', /compares with a number, not with fast/, 'letter 6', /write it like/],
  ['state = crashed and lrr = 3', /no run has lrr/, 'letter 21', /did you mean lr\?/],
  ['worst(lr) = 3', /there is no worst/, 'letter 1', /best\(TAG\)/],
  ['lr = 1 or', /a word or a number is missing/, 'letter 8', /write it like/],
  ['lr = 256x', /cannot start with a number/, 'letter 9', /quotes/],
];

for (const [filter, pattern, place, fix] of REFUSALS) {
  test(`refused, with the place: ${filter}`, () => {
    assert.throws(
      () => filterRuns(runs, filter),
      (error: Pix2PixError) =>
        pattern.test(error.summary) && error.facts.at === place && fix.test(error.fix ?? ''),
    );
  });
}

/** A filter as text, and what it means, said without the filter's own code. */
interface Meaning {
  readonly text: string;
  readonly holds: (options: Readonly<Record<string, number>>) => boolean;
}

const names = ['lr', 'ngf', 'lambda_L1'];
const comparison = fc
  .tuple(
    fc.constantFrom(...names),
    fc.constantFrom('<', '<=', '>', '>=', '=', '!='),
    fc.integer({ min: -3, max: 3 }),
  )
  .map(
    ([name, sign, value]): Meaning => ({
      text: `${name} ${sign} ${value}`,
      holds: ({ [name]: found }) => {
        if (sign === '=' || sign === '!=') return (found === value) === (sign === '=');
        return (
          (sign.includes('=') && found === value) || (sign.startsWith('<') ? found < value : found > value)
        );
      },
    }),
  );
const { filters } = fc.letrec<{ filters: Meaning }>((tie) => ({
  filters: fc.oneof(
    { depthSize: 'small' },
    comparison,
    tie('filters').map(
      ({ text, holds }): Meaning => ({ text: `not (${text})`, holds: (run) => !holds(run) }),
    ),
    fc.tuple(tie('filters'), fc.boolean(), tie('filters')).map(
      ([a, isAnd, b]): Meaning => ({
        text: `(${a.text}) ${isAnd ? 'and' : 'or'} (${b.text})`,
        holds: (run) => (isAnd ? a.holds(run) && b.holds(run) : a.holds(run) || b.holds(run)),
      }),
    ),
  ),
}));

test('a filter of any shape means what its parts mean', () => {
  const value = fc.integer({ min: -3, max: 3 });
  const options = fc.record({ lr: value, ngf: value, lambda_L1: value });
  fc.assert(
    fc.property(filters, fc.array(options, { minLength: 1 }), ({ text, holds }, all) => {
      const made = all.map((one, i) => summary(`run${i}`, { options: one }));
      assert.deepEqual(
        filterRuns(made, text),
        made.filter((_, i) => holds(all[i])),
      );
    }),
  );
});

test('whatever is typed, runs are kept or the refusal is ours', () => {
  const piece = fc.constantFrom(
    ...'()<>=!~"\'&|,.;[]{}?:-+ ',
    ' and ',
    ' or ',
    'not ',
    'lr',
    '1e',
    'best(',
    '\u{1F600}',
  );
  const typed = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(typed, (text) => {
      try {
        assert.ok(filterRuns(runs, text).length <= runs.length);
      } catch (error) {
        assert.ok(error instanceof Pix2PixError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
  assert.throws(() => filterRuns(runs, '('.repeat(1e6)), Pix2PixError);
  assert.throws(() => filterRuns(runs, '('.repeat(9999)), Pix2PixError);
});

test('the order by a field: numbers by size, runs without it last', () => {
  const [a, b] = [summary('a', { options: { lr: 10 } }), summary('b', { options: { lr: 9 } })];
  const sorted = [summary('c'), a, b].sort((x, y) => compareByField(x, y, 'lr')).map(({ id }) => id);
  assert.deepEqual(sorted, ['b', 'a', 'c']);
  assert.deepEqual(readField(a, 'constructor'), []);
});
