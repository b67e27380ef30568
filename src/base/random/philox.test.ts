import assert from 'node:assert/strict';
import { test } from 'node:test';
import { philox4x32 } from './philox.js';
import { RandomStream } from './stream.js';

/** Known answers published with Random123 (kat_vectors, philox4x32 10). */
const knownAnswers = [
  {
    counter: [0, 0, 0, 0],
    key: [0, 0],
    out: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    out: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    out: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
];

test('philox4x32-10 gives the published known answers', () => {
  for (const { counter, key, out } of knownAnswers) {
    const block = new Uint32Array(4);
    philox4x32(key, counter, block);
    assert.deepEqual([...block], out);
  }
});

test('a stream continues from its saved position', () => {
  const stream = new RandomStream(7, 'dropout', [3, 9]);
  for (let i = 0; i < 11; i++) stream.uint32();
  const resumed = new RandomStream(7, 'dropout', [3, 9], stream.position);
  for (let i = 0; i < 10; i++) assert.equal(resumed.uint32(), stream.uint32());
});

test('streams of other seeds, purposes and coordinates differ', () => {
  const first = (seed: number, purpose: string, at: number[]) => new RandomStream(seed, purpose, at).uint32();
  const values = [
    first(1, 'a', []),
    first(2, 'a', []),
    first(1, 'b', []),
    first(1, 'a', [1]),
    first(1, 'a', [0, 1]),
  ];
  assert.equal(new Set(values).size, values.length);
});

test('normal numbers have mean 0 and variance 1', () => {
  const stream = new RandomStream(1, 'init');
  const count = 100_000;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const x = stream.normal();
    sum += x;
    squares += x * x;
  }
  assert.ok(Math.abs(sum / count) < 5 / Math.sqrt(count));
  assert.ok(Math.abs(squares / count - 1) < 5 * Math.sqrt(2 / count));
});

test('a permutation holds every index once', () => {
  const order = new RandomStream(5, 'shuffle').permutation(1000);
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    Array.from({ length: 1000 }, (_, i) => i),
  );
  assert.notDeepEqual([...order.slice(0, 10)], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('blocks of a run are the blocks one by one, with the carry into the second word', () => {
  const key = [3, 4];
  const run = new Uint32Array(12);
  philox4x32(key, [0xffffffff, 5, 6, 7], run);
  const counters = [
    [0xffffffff, 5, 6, 7],
    [0, 6, 6, 7],
    [1, 6, 6, 7],
  ];
  const single = counters.flatMap((counter) => {
    const block = new Uint32Array(4);
    philox4x32(key, counter, block);
    return [...block];
  });
  assert.deepEqual([...run], single);
});
