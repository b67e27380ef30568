import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { epochOrder } from './epochOrder.js';

// Checkpoints continue into the order of an epoch, so it must never change. Here it is computed once more in the most
// straightforward way, with arbitrary precision, from what is written about it: Philox4x32-10 keyed by the seed and
// FNV-1a of the purpose, words taken in turn, Fisher and Yates from the end.

const WORD = 1n << 32n;

/** Salmon et al., SC 2011: the four words of one block. */
function philox(key: readonly bigint[], counter: readonly bigint[]): bigint[] {
  let [x0, x1, x2, x3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [p0, p1] = [x0 * 0xd2511f53n, x2 * 0xcd9e8d57n];
    [x0, x1, x2, x3] = [(p1 / WORD) ^ x1 ^ k0, p1 % WORD, (p0 / WORD) ^ x3 ^ k1, p0 % WORD];
    [k0, k1] = [(k0 + 0x9e3779b9n) % WORD, (k1 + 0xbb67ae85n) % WORD];
  }
  return [x0, x1, x2, x3];
}

function fnv1a(text: string): bigint {
  let hash = 0x811c9dc5n;
  for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * 0x01000193n) % WORD;
  return hash;
}

function straightforwardOrder(length: number, seed: number, epoch: number): number[] {
  const seedWords = BigInt.asUintN(64, BigInt(seed));
  const key = [seedWords % WORD, (seedWords / WORD) ^ fnv1a('shuffle')];
  const order = Array.from({ length }, (_, i) => i);
  for (let i = length - 1, taken = 0; i > 0; i--, taken++) {
    const words = philox(key, [BigInt(taken >> 2), 0n, BigInt(epoch), 0n]);
    const j = Number((words[taken % 4] * BigInt(i + 1)) / WORD);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

test('the order of an epoch is what it has always been', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.maxSafeInteger(), fc.nat(10_000), (length, seed, epoch) => {
      assert.deepEqual(
        [...epochOrder({ length, seed, shuffle: true }, epoch)],
        straightforwardOrder(length, seed, epoch),
      );
    }),
    { numRuns: 100 },
  );
  assert.deepEqual(
    [...epochOrder({ length: 20_000, seed: 42, shuffle: true }, 7)],
    straightforwardOrder(20_000, 42, 7),
  );
});

test('without shuffling it is that of the names', () => {
  assert.deepEqual([...epochOrder({ length: 5, seed: 1, shuffle: false }, 3)], [0, 1, 2, 3, 4]);
});
