import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { FACADE_CLASSES, FACADE_COLOURS } from '../make/facade/labels.js';
import { renderFacade } from '../make/facade/renderFacade.js';
import { labelColours } from './labelColours.js';

const SIDE = 128;
const batch = (data: Uint8Array) => ({ data, shape: [1, SIDE, SIDE, 3] as const });
const facades = [0, 1, 2, 3].map((index) => renderFacade(3, index, SIDE));
const known = new Set(Object.values(FACADE_COLOURS).map(String));

/** As a set that is kept as JPEG has it. */
async function throughJpeg(data: Uint8Array): Promise<Uint8Array> {
  const raw = { width: SIDE, height: SIDE, channels: 3 as const };
  const jpeg = await sharp(data, { raw }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
  return sharp(jpeg).raw().toBuffer();
}

test('label maps give the colours of their classes, each once', () => {
  const colours = labelColours(facades.map(({ label }) => batch(label)));
  assert.ok(colours.length >= 8, `${colours.length}`);
  for (const colour of colours) assert.ok(known.has(String(colour)), `${colour}`);
  assert.equal(new Set(colours.map(String)).size, colours.length);
});

test('label maps in grey give the greys of their classes; grey photographs have none', () => {
  const levels = new Map(FACADE_CLASSES.map((name, i) => [`${FACADE_COLOURS[name]}`, 28 * (i % 10)]));
  const grey = (data: Uint8Array, level: (pixel: Uint8Array) => number) => ({
    data: Uint8Array.from({ length: SIDE * SIDE }, (_, i) => level(data.subarray(3 * i, 3 * i + 3))),
    shape: [1, SIDE, SIDE, 1] as const,
  });
  const maps = facades.map(({ label }) => grey(label, (pixel) => levels.get(`${pixel}`)!));
  const colours = labelColours(maps);
  assert.ok(colours.length >= 8, `${colours.length}`);
  for (const [r, g, b] of colours) assert.deepEqual([g, b, r % 28], [r, r, 0]);
  const luma = (p: Uint8Array) => Math.round(0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2]);
  assert.deepEqual(labelColours(facades.map(({ photo }) => grey(photo, luma))), []);
});

test('JPEG moves them by little and adds none', async () => {
  const images = await Promise.all(facades.map(async ({ label }) => batch(await throughJpeg(label))));
  const exact = labelColours(facades.map(({ label }) => batch(label)));
  const found = labelColours(images);
  assert.ok(Math.abs(found.length - exact.length) <= 1, `${found.length} of ${exact.length}`);
  for (const [r, g, b] of found) {
    const nearest = Math.min(...exact.map((c) => Math.hypot(c[0] - r, c[1] - g, c[2] - b)));
    assert.ok(nearest < 12, `${[r, g, b]} is ${nearest} away`);
  }
});

test('photographs and drawings in black and white have no labels', () => {
  assert.deepEqual(labelColours(facades.map(({ photo }) => batch(photo))), []);
  const lines = new Uint8Array(SIDE * SIDE * 3).map((_, i) => (i % 300 < 60 ? 0 : 255));
  assert.deepEqual(labelColours([batch(lines)]), []);
});
