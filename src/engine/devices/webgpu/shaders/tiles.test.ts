import assert from 'node:assert/strict';
import { test } from 'node:test';
import { f32 } from '../../../ir/tensorType.js';
import { Trace } from '../../../ir/trace.js';
import type { Value } from '../../../ir/value.js';
import { kernelOf } from '../../../loops/kernel.js';
import { lowerToLoops } from '../../../loops/lowerToLoops.js';
import { conv2d, convTranspose2d } from '../../../ops/conv.js';
import { depthwiseConv2d } from '../../../ops/depthwise.js';
import { matmul } from '../../../ops/matmul.js';
import { contractionShape } from './contractionShape.js';
import { splitOf } from './splits.js';
import { bytesOf, invocationsOf, tileName } from './tile.js';
import { cyclesOf, plausibleTiles, tileByRule } from './tileRules.js';
import { GUARANTEED, tilesFor } from './tiles.js';

const trace = new Trace(true);
let inputs = 0;
const input = (...shape: number[]) => trace.input(`x${inputs++}`, f32(...shape));

function kernelFor(value: Value) {
  const tensors = lowerToLoops([...value.operands, value]);
  return kernelOf(tensors.get(value)!);
}
const shapeFor = (value: Value) => contractionShape(kernelFor(value))!;

const conv = (from: number, to: number, side: number, stride = 2) =>
  conv2d(input(1, from, side, side), input(to, from, 4, 4), undefined, { stride, padding: 1 });
const transposed = (from: number, to: number, side: number) => {
  const options = { stride: 2, padding: 1, outputPadding: 0 };
  return convTranspose2d(input(1, from, side, side), input(from, to, 4, 4), undefined, options);
};

const sizes = (value: Value) => {
  const { batch, rows, columns, terms } = shapeFor(value);
  return { batch: batch.map(({ extent }) => extent), rows: rows.points, columns: columns.points, terms };
};

test('rows, columns and batch follow from which factor an axis is in', () => {
  assert.deepEqual(sizes(conv(64, 128, 64)), { batch: [], rows: 128, columns: 1024, terms: 1024 });
  // by phases of the stride, which are in both factors
  assert.deepEqual(sizes(transposed(64, 32, 8)), { batch: [2, 2], rows: 32, columns: 64, terms: 256 });
  assert.deepEqual(sizes(matmul(input(5, 7), input(7, 3))), { batch: [], rows: 5, columns: 3, terms: 7 });
});

test('what has no rows or no columns is no product of matrices', () => {
  const channels = depthwiseConv2d(input(1, 8, 9, 9), input(8, 1, 3, 3), {
    stride: 1,
    padding: 1,
  });
  assert.equal(contractionShape(kernelFor(channels)), undefined);
  assert.equal(contractionShape(kernelFor(matmul(input(5, 7), input(7, 1)))), undefined);
});

const shapes = [conv(3, 64, 256), conv(256, 512, 32, 1), conv(512, 512, 4), transposed(512, 256, 16)].map(
  shapeFor,
);

test('all tiles fit the limits, and each has a name of its own', () => {
  for (const limits of [
    GUARANTEED,
    { bytes: 49_152, invocations: 1024 },
    { bytes: 16_384, invocations: 128 },
  ]) {
    for (const shape of shapes) {
      const tiles = tilesFor(shape, limits);
      assert.ok(tiles.length > 1);
      assert.equal(new Set(tiles.map(tileName)).size, tiles.length);
      for (const tile of [...tiles, tileByRule(shape, limits)]) {
        assert.ok(bytesOf(tile) <= limits.bytes && invocationsOf(tile) <= limits.invocations, tileName(tile));
        assert.ok(tile.rows <= 16 || tile.rows < 2 * shape.rows.points, tileName(tile));
      }
    }
  }
});

test('the rule takes one of the tiles that are timed, the quickest by arithmetic', () => {
  for (const shape of shapes) {
    const ruled = tileByRule(shape);
    const plausible = plausibleTiles(shape);
    assert.ok(plausible.map(tileName).includes(tileName(ruled)));
    assert.ok(plausible.every((tile) => cyclesOf(shape, ruled) <= cyclesOf(shape, tile)));
    assert.ok(plausible.length < tilesFor(shape).length);
  }
});

test('small matrices of long sums are split, large ones are not', () => {
  assert.equal(splitOf(kernelFor(conv(64, 128, 256))), 1); // 128 × 16,384 of 1,024 terms: 512 tiles of 64 × 64
  // 512 × 16 of 8,192 terms: 8 tiles would leave most of a GPU idle. On an H200 16 parts were good (512 → 512 at 4²)
  const parts = splitOf(kernelFor(conv(512, 512, 8)));
  assert.ok(parts >= 8 && parts <= 64, `${parts}`);
  assert.equal(splitOf(kernelFor(matmul(input(64, 40), input(40, 64)))), 1); // a part would be no two tiles
});
