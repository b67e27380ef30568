import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RandomStream } from '../../../base/random/stream.js';
import { State } from '../../ir/state.js';
import { f32 } from '../../ir/tensorType.js';
import { Adam } from './adam.js';
import type { UpdateThreads } from './threadedUpdate.js';

const QUANTITIES = ['parameter', 'firstMoment', 'secondMoment'] as const;
const CONSTANTS = { betas: [0.5, 0.999], epsilon: 1e-8 } as const;

function optimiser(lengths: readonly number[], threading?: UpdateThreads): Adam {
  const states = lengths.map((length, i) => {
    return new State(`w${i}`, f32(length), 'parameter', { kind: 'constant', value: 0 });
  });
  return new Adam(states, CONSTANTS, undefined, undefined, threading);
}

/** One update by gradients from a stream, of all sizes that floats have. */
async function update(adam: Adam, seed: number): Promise<void> {
  const stream = new RandomStream(seed, `gradient ${adam.updates}`);
  for (const state of adam.states) {
    const gradient = adam.memory.of(state, 'gradient');
    for (let i = 0; i < gradient.length; i++) {
      gradient[i] = stream.normal() * 10 ** (40 * stream.uniform() - 30);
    }
  }
  await adam.update(2e-4);
}

const bitsOf = (adam: Adam) =>
  adam.states.map((state) => QUANTITIES.map((quantity) => [...adam.memory.of(state, quantity)]));

test('any number of threads and pieces makes the bits that one thread makes, at any size', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 16, max: 300 }),
      fc.nat(),
      async (lengths, threads, pieceLength, seed) => {
        const [one, several] = [optimiser(lengths), optimiser(lengths, { threads, pieceLength })];
        for (let i = 0; i < 3; i++) for (const adam of [one, several]) await update(adam, seed);
        assert.deepEqual(bitsOf(several), bitsOf(one));
        await several.dispose();
      },
    ),
    { numRuns: 15 },
  ));

test('an optimiser that is continued by other threads goes on with the same bits', async () => {
  const lengths = [1000, 17];
  const whole = optimiser(lengths, { threads: 2, pieceLength: 128 });
  for (let i = 0; i < 4; i++) await update(whole, 1);
  const begun = optimiser(lengths, { threads: 3, pieceLength: 64 });
  for (let i = 0; i < 2; i++) await update(begun, 1);
  const continued = optimiser(lengths);
  continued.updates = begun.updates;
  for (const [i, state] of begun.states.entries()) {
    for (const quantity of QUANTITIES) {
      const kept = begun.memory.of(state, quantity);
      continued.memory.of(continued.states[i], quantity).set(kept);
    }
  }
  for (let i = 0; i < 2; i++) await update(continued, 1);
  assert.deepEqual(bitsOf(continued), bitsOf(whole));
  for (const adam of [whole, begun]) await adam.dispose();
});
