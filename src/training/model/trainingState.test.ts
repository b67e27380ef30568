import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { parseProgress } from './trainingState.js';

const progress = {
  version: 1,
  place: { epoch: 3, batchIndex: 7 },
  best: { metric: 'SSIM', value: 0.5, epoch: 2, since: 1 },
  totalIters: 27,
  steps: 27,
  epochLoss: { sum: 12.5, count: 7 },
  schedule: { firstEpoch: 1, epochs: 2, rate: 0.0002, best: Number.POSITIVE_INFINITY, badEpochs: 0 },
  updates: { G: 27, D: 27 },
  lossScaling: {
    G: { scale: 65_536, goodSteps: 20, skipped: 7 },
    D: { scale: 1024, goodSteps: 0, skipped: 27 },
  },
};

test('what was saved is read', () => {
  assert.deepEqual(parseProgress(progress, ['G', 'D']), progress);
  const { lossScaling: _, ...single } = progress;
  assert.deepEqual(parseProgress(single, ['G', 'D']), single);
});

/** Every place in the counters, as a path of keys. */
function* paths(value: object, path: string[] = []): Generator<string[]> {
  for (const [key, inner] of Object.entries(value)) {
    yield [...path, key];
    if (typeof inner === 'object') yield* paths(inner, [...path, key]);
  }
}

/** The counters with something else at one place, or without it. */
function changed(path: readonly string[], replacement: unknown): unknown {
  const copy = structuredClone(progress) as Record<string, unknown>;
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  if (replacement === undefined) delete at[path.at(-1)!];
  else at[path.at(-1)!] = replacement;
  return copy;
}

test('checkpoints of earlier versions know the best L1 alone, infinite before the first validation', () => {
  const { best: _, ...before } = progress;
  const byL1 = (bestL1: number) => parseProgress({ ...before, bestL1 }, ['G', 'D']).best;
  assert.deepEqual(byL1(0.25), { metric: 'L1', value: 0.25, epoch: 0, since: 0 });
  assert.equal(byL1(Number.POSITIVE_INFINITY), undefined);
  assert.throws(() => byL1('no number' as never), Pix2PixError);
});

test('counters that are missing or of another kind are refused in one message', () => {
  const wrong = fc.constantFrom(undefined, null, 'x', '1', [], {}, true, Number.NaN);
  fc.assert(
    fc.property(fc.constantFrom(...paths(progress)), wrong, (path, replacement) => {
      fc.pre(path.join() !== 'best' || (replacement ?? undefined) !== undefined); // there was no validation yet
      fc.pre(path.join() !== 'lossScaling' || replacement !== undefined); // in 32-bit floats
      assert.throws(
        () => parseProgress(changed(path, replacement), ['G', 'D']),
        Pix2PixError,
        path.join('.'),
      );
    }),
  );
  for (const json of [undefined, null, 5, 'text', [], {}]) {
    assert.throws(() => parseProgress(json, ['G']), Pix2PixError);
  }
  for (const path of [['steps'], ['place', 'epoch'], ['updates', 'D']]) {
    for (const number of [-1, 0.5, Number.POSITIVE_INFINITY, 2 ** 60]) {
      assert.throws(() => parseProgress(changed(path, number), ['G', 'D']), /not sound/);
    }
  }
});

test('a loss scale that float32 does not hold, or more updates left out than there were, is refused', () => {
  for (const scale of [0, -1, 1e39, 1e-60]) {
    assert.throws(
      () => parseProgress(changed(['lossScaling', 'G', 'scale'], scale), ['G', 'D']),
      /not sound[\s\S]*lossScaling\.G\.scale/,
    );
  }
  for (const skipped of [28, -1, 0.5]) {
    assert.throws(
      () => parseProgress(changed(['lossScaling', 'D', 'skipped'], skipped), ['G', 'D']),
      /not sound[\s\S]*lossScaling\.D\.skipped/,
    );
  }
});

test('another version is named', () => {
  assert.throws(() => parseProgress({ ...progress, version: 2 }, []), /another version[\s\S]*found +2/);
});

test('what layers compute by is kept, and refused where it is of another kind', () => {
  const decided = { fingerprint: 'a processor, 2 threads', algorithms: { 'conv2d 1×3': 'direct' } };
  assert.deepEqual(parseProgress({ ...progress, decided }, []), { ...progress, decided });
  for (const wrong of [
    ...[null, 'x', [], {}, { ...decided, fingerprint: 1 }, { fingerprint: 'x' }],
    ...[null, 'x', ['x'], { conv2d: 1 }, { conv2d: null }].map((algorithms) => ({ ...decided, algorithms })),
  ]) {
    assert.throws(
      () => parseProgress({ ...progress, decided: wrong }, []),
      /not sound/,
      JSON.stringify(wrong),
    );
  }
});
