import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Layer } from '../ir/layer.js';
import { fastestOf, keyOf, timesAmong } from './algorithmTimes.js';

const layer: Layer = {
  op: 'conv2d',
  operands: [
    [1, 3, 8, 8],
    [4, 3, 3, 3],
  ],
  attributes: { stride: 1, padding: 1 },
  algorithms: ['direct', 'winograd'],
};

test('the fastest is one of the layer’s algorithms: times of others do not count', () => {
  assert.equal(fastestOf(layer, { direct: 3, winograd: 2 }), 'winograd');
  assert.equal(fastestOf(layer, { direct: 2, winograd: 2 }), 'direct');
  assert.equal(fastestOf(layer, { fft: 1, winograd: 2 }), 'winograd');
  assert.equal(fastestOf(layer, { fft: 1 }), undefined);
  assert.equal(fastestOf(layer, undefined), undefined);
});

test('layers that differ in anything have keys that differ', () => {
  const others: Layer[] = [
    { ...layer, op: 'depthwiseConv2d' },
    { ...layer, operands: [[1, 3, 8, 8]] },
    { ...layer, attributes: { stride: 1, padding: 0 } },
    { ...layer, algorithms: ['direct'] },
  ];
  assert.equal(new Set([layer, ...others].map(keyOf)).size, 5);
  assert.equal(keyOf({ ...layer }), keyOf(layer));
});

test('entries of another kind are left out', () => {
  const times = { [keyOf(layer)]: { direct: 1.5, winograd: 0 } };
  const others = { a: 'fast', b: [1], c: null, d: { direct: '1' }, e: { direct: -1 } };
  assert.deepEqual(timesAmong({ ...others, ...times }), times);
});
