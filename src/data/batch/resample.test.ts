import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ResizeFilter } from '../../options/resizeFilters.js';
import type { Pixels } from './pixels.js';
import { resample } from './resample.js';
import { turnPixels } from './turn.js';

const fixtures = join(import.meta.dirname, '../../../../test/fixtures/numbers');
const { resized } = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as {
  resized: Readonly<Record<string, readonly number[]>>;
};

const WHOLE = { left: 0, top: 0, width: 12, height: 9 };
/** The picture that make.py has PIL resize, as its mode F. */
const WAVES: Pixels<Float32Array> = {
  ...{ width: 12, height: 9, channels: 1 },
  data: Float32Array.from({ length: 12 * 9 }, (_, i) => Math.fround(Math.sin(i)) * 50),
};

test('floats are resized as PIL resizes them', () => {
  for (const [name, expected] of Object.entries(resized)) {
    const [filter, size] = name.split(' ');
    const [width, height] = size.split('x').map(Number);
    const { data } = resample(WAVES, WHOLE, { width, height }, filter as ResizeFilter);
    assert.equal(data.length, expected.length);
    const worst = Math.max(...data.map((value, i) => Math.abs(value - expected[i])));
    assert.ok(worst < 2e-5, `${name}: ${worst}`);
  }
});

test('channels are resized by themselves, and a region without what lies around it', () => {
  const two = { ...WAVES, channels: 2, data: WAVES.data.slice().fill(0) };
  const data = Float32Array.from({ length: 2 * 108 }, (_, i) => (i % 2 === 0 ? WAVES.data[i / 2] : 7));
  const both = resample({ ...two, data }, WHOLE, { width: 5, height: 4 }, 'bicubic').data;
  const one = resample(WAVES, WHOLE, { width: 5, height: 4 }, 'bicubic').data;
  assert.deepEqual(
    [...both].filter((_, i) => i % 2 === 0),
    [...one],
  );
  assert.ok(both.every((value, i) => i % 2 === 0 || Math.abs(value - 7) < 1e-5));
  const left = { ...WHOLE, width: 6 };
  const cut = { ...WAVES, data: WAVES.data.map((value, i) => (i % 12 < 6 ? value : 1e6)) };
  assert.deepEqual(
    resample(cut, left, { width: 9, height: 9 }, 'bicubic').data,
    resample(WAVES, left, { width: 9, height: 9 }, 'bicubic').data,
  );
});

test('classes are turned by quarters to where they belong, and none is made between two others', () => {
  const square = { left: 0, top: 0, width: 9, height: 9 };
  const classes = Uint8Array.from({ length: 81 }, (_, i) => [0, 7, 30][(i * 5) % 3]);
  const picture = { ...square, channels: 1, data: classes };
  const turned = turnPixels(picture, 90, 'nearest').data;
  for (let y = 0; y < 9; y++)
    for (let x = 0; x < 9; x++) assert.equal(turned[x * 9 + 8 - y], classes[y * 9 + x]);
  const askew = turnPixels(picture, 33, 'nearest').data;
  assert.ok(askew.every((label) => classes.includes(label)));
});
