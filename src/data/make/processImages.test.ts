import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { encodeNumbers } from '../raster/encodeNumbers.js';
import { readRaster } from '../raster/readRaster.js';
import { type ProcessSteps, processImages } from './processImages.js';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-process-'));
after(() => rmSync(folder, { recursive: true }));

const [width, height] = [8, 6];
const level = (x: number, y: number, c: number) => (x * 30 + y * 7 + c * 50) % 256;
const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
  const pixel = Math.floor(i / 3);
  return level(pixel % width, Math.floor(pixel / width), i % 3);
});
mkdirSync(join(folder, 'in', 'train'), { recursive: true });
await sharp(pixels, { raw: { width, height, channels: 3 } }).toFile(join(folder, 'in', 'train', 'x.png'));
let count = 0;

async function processed(steps: ProcessSteps) {
  const out = join(folder, `${count++}`);
  assert.deepEqual(await processImages({ from: join(folder, 'in'), out, steps }), { images: 1, broken: [] });
  const path = join(out, 'train', 'x.png');
  const { channels } = await sharp(path).metadata();
  const image = sharp(path).toColourspace(channels === 1 ? 'b-w' : 'srgb');
  return { ...(await image.raw().toBuffer({ resolveWithObject: true })), channels };
}

test('grey is the luma of ITU-R BT.601, to a level', async () => {
  const { data, channels } = await processed({ gray: true });
  assert.equal(channels, 1);
  for (const [i, found] of data.entries()) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const wanted = 0.299 * level(x, y, 0) + 0.587 * level(x, y, 1) + 0.114 * level(x, y, 2);
    assert.ok(Math.abs(found - wanted) <= 1);
  }
});

test('resizing to the nearest pixel makes no new levels, bicubic does', async () => {
  const size = { width: 17, height: 13 };
  const known = new Set(pixels);
  const nearest = await processed({ resize: { ...size, filter: 'nearest' } });
  assert.deepEqual([nearest.info.width, nearest.info.height], [17, 13]);
  assert.ok(nearest.data.every((found) => known.has(found)));
  const cubic = await processed({ resize: { ...size, filter: 'bicubic' } });
  assert.ok(cubic.data.some((found) => !known.has(found)));
});

test('resizing to the nearest pixel keeps palettes, class numbers and 16 bits', async () => {
  const data = Uint8Array.from({ length: 48 }, (_, i) => (i * 7) % 5);
  const palette = Uint8Array.from({ length: 15 }, (_, i) => i * 17);
  const deep = Uint16Array.from(data, (label) => label * 9000);
  const made = { palette: { data, palette }, grey: { data }, deep: { data: deep } };
  for (const [name, raster] of Object.entries(made)) {
    const [from, out] = [join(folder, name), join(folder, `${name}-small`)];
    mkdirSync(from);
    writeFileSync(join(from, 'x.png'), encodeNumbers({ ...raster, width, height, channels: 1 }, 'png'));
    await processImages({ from, out, steps: { resize: { width: 4, height: 3, filter: 'nearest' } } });
    const small = await readRaster(join(out, 'x.png'), name);
    assert.deepEqual([small.width, small.height, small.channels], [4, 3, 1]);
    assert.deepEqual(small.palette, 'palette' in raster ? palette : undefined);
    for (const [i, found] of small.data.entries())
      assert.equal(found, raster.data[(2 * Math.floor(i / 4) + 1) * width + 2 * (i % 4) + 1]);
  }
});

test('a region is made white, and all else stays', async () => {
  const { data } = await processed({ blank: { left: 0.25, top: 0.5, width: 0.5, height: 0.25 } });
  for (const [i, found] of data.entries()) {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    const isBlank = x >= 2 && x < 6 && y >= 3 && y < 5; // 0.75 of 6 rows is 4.5, and rounded 5
    assert.equal(found, isBlank ? 255 : level(x, y, i % 3));
  }
});

test('broken images are left out and named', async () => {
  const [from, out] = [join(folder, 'some'), join(folder, 'some-grey')];
  mkdirSync(from);
  writeFileSync(join(from, 'a.png'), 'no image');
  await sharp(pixels, { raw: { width, height, channels: 3 } }).toFile(join(from, 'b.png'));
  const { images, broken } = await processImages({ from, out, steps: { gray: true } });
  assert.deepEqual([images, broken.map(({ file }) => file)], [2, [join(from, 'a.png')]]);
  assert.deepEqual(readdirSync(out), ['b.png']);
});

test('images that are there already stay', async () => {
  const settings = { from: join(folder, 'in'), out: join(folder, 'kept'), steps: { gray: true } };
  await processImages(settings);
  await assert.rejects(processImages(settings), /there already/);
  await processImages({ ...settings, overwrite: true });
  await assert.rejects(processImages({ ...settings, out: join(folder, 'in', 'deep') }), /would lie among/);
});

test('12 bits in 16, which 8 bits show nearly black, are told', async () => {
  mkdirSync(join(folder, 'dark'));
  const data = new Uint16Array(48).fill(4000);
  writeFileSync(join(folder, 'dark', 'x.png'), encodeNumbers({ data, width, height, channels: 1 }, 'png'));
  const notes: string[] = [];
  const settings = { from: join(folder, 'dark'), out: join(folder, 'darker'), steps: { gray: true } };
  await processImages({ ...settings, onNote: (text) => notes.push(text) });
  assert.match(notes.join(), /^x\.png: its values go up to 4000 of 65535/);
});
