import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireSameTensors } from './architecture.js';

const network = (names: string[], size: number) => {
  return new Map(names.map((name): [string, number[]] => [name, [size, 3]]));
};
const file = (names: string[], size: number) => {
  return new Map(names.map((name): [string, { shape: number[] }] => [name, { shape: [size, 3] }]));
};

test('the same names and shapes in any order pass', () => {
  requireSameTensors(network(['a', 'b'], 4), file(['b', 'a'], 4), 'G');
  assert.throws(() => requireSameTensors(new Map([['a', []]]), new Map([['a', { shape: [1] }]]), 'G'));
});

test('the difference is listed by kind, with counts, 8 of each at most', () => {
  const many = Array.from({ length: 11 }, (_, i) => `m${i}`);
  try {
    requireSameTensors(network(['a', 'b', ...many], 4), file(['b', 'c'], 8), 'latest_net_G.safetensors');
    assert.fail('not noticed');
  } catch (error) {
    const { message } = error as Error;
    assert.match(message, /another architecture/);
    assert.match(message, /file +latest_net_G\.safetensors/);
    assert.match(message, /missing in file \(12\) +a; m0; m1; m2; m3; m4; m5; m6; and 4 more\n/);
    assert.match(message, /unknown to network \(1\) +c\n/);
    assert.match(message, /other shape \(1\) +b: file \[8,3\], network \[4,3\]\n/);
  }
});
