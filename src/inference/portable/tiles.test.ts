import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cut, reflect } from '../../data/batch/padding.js';
import type { Pixels } from '../../data/batch/pixels.js';
import { tileStarts } from '../../data/batch/tiling.js';
import type { NumberArray } from '../../data/raster/raster.js';
import { tileWeights, translateInTiles } from './tiles.js';

function picture(width: number, height: number): Pixels<Uint8Array> {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * 31 + i) % 256);
  return { data, width, height, channels: 3 };
}

async function tiled(
  image: Pixels<Uint8Array>,
  tiling: { size: number; overlap: number },
  translate: (tile: Pixels<Uint8Array>) => Pixels<NumberArray>,
): Promise<Uint8Array> {
  const result = { ...image, data: new Uint8Array(image.data.length) };
  await translateInTiles<Uint8Array>(image, result, tiling, async (tile) => translate(tile));
  return result.data;
}

/** Translates each pixel by itself, as a network of 1×1 convolutions. */
const invert = (tile: Pixels<Uint8Array>) => ({ ...tile, data: tile.data.map((level) => 255 - level) });

test('tiles have no seams where each pixel is translated by itself', async () => {
  for (const [width, height] of [
    [100, 70],
    [16, 16],
    [17, 33],
    [5, 3],
    [64, 1],
  ]) {
    for (const tiling of [
      { size: 16, overlap: 4 },
      { size: 16, overlap: 0 },
      { size: 32, overlap: 16 },
    ]) {
      const image = picture(width, height);
      assert.deepEqual(
        await tiled(image, tiling, invert),
        invert(image).data,
        `${width}×${height} ${JSON.stringify(tiling)}`,
      );
    }
  }
});

test('where a translation depends on neighbouring pixels too, the overlap covers them, and tiles are blended', async () => {
  // Two tiles of 8 over 12 pixels, overlap 4: each tile gives one level, so the weights themselves are seen.
  const image = { data: new Uint8Array(12 * 8), width: 12, height: 8, channels: 1 };
  let level = 0;
  const data = await tiled(image, { size: 8, overlap: 4 }, (tile) => {
    level += 100;
    return { ...tile, data: tile.data.map(() => level) };
  });
  // pixels 4 ... 7: weights fall 7/8, 5/8, 3/8, 1/8 as the other tile's rise
  assert.deepEqual([...data.subarray(0, 12)], [100, 100, 100, 100, 113, 138, 163, 188, 200, 200, 200, 200]);
});

test('tiles cover an axis, the last one ends with it', () => {
  assert.deepEqual(tileStarts(100, { size: 32, overlap: 8 }), [0, 24, 48, 68]);
  assert.deepEqual(tileStarts(32, { size: 32, overlap: 8 }), [0]);
  assert.deepEqual(tileStarts(20, { size: 32, overlap: 8 }), [0]);
  assert.deepEqual([...tileWeights({ size: 4, overlap: 2 })], [0.25, 0.75, 0.75, 0.25]);
});

test('beyond its edges an image goes on as its mirror image', () => {
  assert.deepEqual(
    [-3, -2, -1, 0, 1, 2, 3, 4, 5, 6].map((at) => reflect(at, 3)),
    [1, 2, 1, 0, 1, 2, 1, 0, 1, 2],
  );
  assert.deepEqual(
    [0, 1, 7].map((at) => reflect(at, 1)),
    [0, 0, 0],
  );
  const image = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 3, height: 2, channels: 1 };
  const { data } = cut(image, { left: 1, top: 0, width: 4, height: 3 });
  assert.deepEqual([...data], [2, 3, 2, 1, 5, 6, 5, 4, 2, 3, 2, 1]);
});
