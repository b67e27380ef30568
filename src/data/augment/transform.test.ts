import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import type { Sides } from '../../base/sides.js';
import type { Geometry } from '../batch/geometry.js';
import { decodeImage } from '../decode/decode.js';
import type { RgbImage } from '../decode/rgbImage.js';
import { colourJitter } from './colourJitter.js';
import { transformImage } from './transform.js';

const fixtures = join(import.meta.dirname, '../../../../test/fixtures/images');
const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8'));
const photo = await decodeImage(join(fixtures, 'photo.png'));
const bytes = (text: string) => Uint8Array.from(inflateSync(Buffer.from(text, 'base64')));
const whole = { left: 0, top: 0, width: photo.width, height: photo.height };

function plan(resized: Sides, more: Partial<Geometry> = {}): Geometry {
  return { resized, crop: undefined, output: resized, flip: false, ...more };
}

/** Rows mirrored, by plain indexing. */
function mirrored(data: Uint8Array, { width, height }: Sides, channels = 3): Uint8Array {
  return data.map((_, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    assert.ok(y < height);
    return data[(y * width + width - 1 - x) * channels + channel];
  });
}

/** A region cut out by plain indexing. */
function cut(data: Uint8Array, from: Sides, left: number, top: number, size: Sides): Uint8Array {
  const out = new Uint8Array(size.width * size.height * 3);
  for (let y = 0; y < size.height; y++) {
    const start = ((top + y) * from.width + left) * 3;
    out.set(data.subarray(start, start + size.width * 3), y * size.width * 3);
  }
  return out;
}

for (const { size, rgb } of expected.resized as { size: [number, number]; rgb: string }[]) {
  const [width, height] = size;
  test(`40x30 resized to ${width}x${height} is what PIL's BICUBIC gives, up to rounding`, async () => {
    const ours = await transformImage(photo, whole, plan({ width, height }), 3);
    const want = bytes(rgb);
    assert.equal(ours.length, want.length);
    const differences = want.map((byte, i) => Math.abs(byte - ours[i]));
    const mean = differences.reduce((sum, d) => sum + d, 0) / want.length;
    const most = differences.reduce((a, b) => Math.max(a, b), 0);
    // the picture is noise of ±40: a shift of half a pixel would be a mean difference above 8
    assert.ok(mean < 0.7 && most <= 12, `mean ${mean}, most ${most}`);
  });
}

test('what keeps its size keeps its bytes', async () => {
  assert.deepEqual(
    Uint8Array.from(await transformImage(photo, whole, plan(photo), 3)),
    Uint8Array.from(photo.data),
  );
});

test('a crop is mirrored as PIL does it', async () => {
  const size = { width: 29, height: 29 };
  const geometry = { resized: photo, crop: { left: 9, top: 1 }, output: size, flip: true };
  assert.deepEqual(
    Uint8Array.from(await transformImage(photo, whole, geometry, 3)),
    bytes(expected.cropped_flipped),
  );
});

test("one channel is PIL's luma", async () => {
  assert.deepEqual(Uint8Array.from(await transformImage(photo, whole, plan(photo), 1)), bytes(expected.luma));
});

test('luma is that of the picture as it is turned and recoloured', async () => {
  const colour = colourJitter({ brightness: 1, contrast: 1, saturation: 1.3, hue: 40 });
  for (const [angle, jitter] of [
    [20, undefined],
    [undefined, colour],
    [-7, colour],
  ] as const) {
    const geometry = plan(photo, { angle });
    const rgb = await transformImage(photo, whole, geometry, 3, jitter);
    const luma = await transformImage(photo, whole, geometry, 1, jitter);
    for (const [i, level] of luma.entries()) {
      const exact = 0.299 * rgb[3 * i] + 0.587 * rgb[3 * i + 1] + 0.114 * rgb[3 * i + 2];
      assert.ok(Math.abs(level - exact) <= 0.5001, `${level} where ${exact} is rounded`);
    }
  }
});

test('luma keeps black, white and the greys between them', async () => {
  const data = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
  const ramp: RgbImage = { data, width: 256, height: 1 };
  const luma = await transformImage(ramp, { left: 0, top: 0, width: 256, height: 1 }, plan(ramp), 1);
  assert.deepEqual(
    [...luma],
    Array.from({ length: 256 }, (_, i) => i),
  );
});

test('resize, crop and flip commute with cutting and mirroring the resized picture', async () => {
  const cases = fc
    .record({
      width: fc.integer({ min: 4, max: 60 }),
      height: fc.integer({ min: 4, max: 60 }),
      crop: fc.integer({ min: 2, max: 60 }),
      at: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    })
    .filter(({ width, height, crop }) => crop <= Math.min(width, height));
  await fc.assert(
    fc.asyncProperty(cases, async ({ width, height, crop, at }) => {
      const left = Math.floor(at[0] * (width - crop));
      const top = Math.floor(at[1] * (height - crop));
      const output = { width: crop, height: crop };
      const resized = await transformImage(photo, whole, plan({ width, height }), 3);
      const geometry = plan({ width, height }, { crop: { left, top }, output });
      const cropped = await transformImage(photo, whole, geometry, 3);
      const flipped = await transformImage(photo, whole, { ...geometry, flip: true }, 3);
      assert.deepEqual(Buffer.from(cropped), Buffer.from(cut(resized, { width, height }, left, top, output)));
      assert.deepEqual(Buffer.from(flipped), Buffer.from(mirrored(cropped, output)));
      // cropping the mirrored picture at the mirrored place is the same
      const whole2 = mirrored(resized, { width, height });
      const again = cut(whole2, { width, height }, width - crop - left, top, output);
      assert.deepEqual(Buffer.from(flipped), Buffer.from(again));
    }),
    { numRuns: 40 },
  );
});

test('a region is cut before it is resized: what lies beside it does not bleed in', async () => {
  const data = new Uint8Array(20 * 8 * 3);
  for (let i = 0; i < data.length; i++) data[i] = Math.floor(i / 3) % 20 < 10 ? 40 : 200;
  const image: RgbImage = { data, width: 20, height: 8 };
  for (const [left, value] of [
    [0, 40],
    [10, 200],
  ]) {
    for (const size of [5, 13]) {
      const half = { left, top: 0, width: 10, height: 8 };
      const out = await transformImage(image, half, plan({ width: size, height: size }), 3);
      assert.ok(out.every((byte) => byte === value));
    }
  }
});
