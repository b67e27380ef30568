import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { fromFile } from 'geotiff';
import sharp from 'sharp';
import { encodeNumbers } from '../../raster/encodeNumbers.js';
import type { Raster, TiffTag } from '../../raster/raster.js';
import { readRaster } from '../../raster/readRaster.js';
import { processImages } from '../processImages.js';
import { cropTiles } from './cropTiles.js';

const root = mkdtempSync(join(tmpdir(), 'pix2pix-crop-'));
after(() => rmSync(root, { recursive: true }));
let count = 0;
const palette = Uint8Array.from({ length: 150 }, (_, i) => i);

/** A level that tells its place. */
const level = (x: number, y: number, c: number, bits: number) =>
  (x * 7 + y * 131 + c * 61 + x * y) % 2 ** bits;

async function makeImage(name: string, width: number, height: number, channels: 1 | 3, bits: 8 | 16) {
  const folder = join(root, `${count++}`);
  mkdirSync(join(folder, 'in', 'train'), { recursive: true });
  const data = new (bits === 8 ? Uint8Array : Uint16Array)(width * height * channels);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / channels);
    data[i] = level(pixel % width, Math.floor(pixel / width), i % channels, bits);
  }
  const space = bits === 16 ? (channels === 1 ? 'grey16' : 'rgb16') : channels === 1 ? 'b-w' : 'srgb';
  const image = sharp(data, { raw: { width, height, channels } }).toColourspace(space);
  await image.toFile(join(folder, 'in', 'train', name));
  return { from: join(folder, 'in'), out: join(folder, 'out') };
}

async function levelsOf(path: string, bits: 8 | 16) {
  const image = sharp(path);
  const { depth, channels } = await image.metadata();
  assert.equal(depth, bits === 16 ? 'ushort' : 'uchar');
  const space = bits === 16 ? (channels === 1 ? 'grey16' : 'rgb16') : channels === 1 ? 'b-w' : 'srgb';
  const { data, info } = await image
    .toColourspace(space)
    .raw({ depth: bits === 16 ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const levels = bits === 16 ? new Uint16Array(Uint8Array.from(data).buffer) : data;
  return { levels, ...info };
}

test('tiles are the parts of the image that their names say, and cover all of it, from memory and from the disk', async () => {
  const sizes = fc.record({
    width: fc.integer({ min: 8, max: 20 }),
    height: fc.integer({ min: 8, max: 20 }),
    size: fc.integer({ min: 4, max: 8 }),
    overlap: fc.integer({ min: 0, max: 3 }),
    channels: fc.constantFrom(1 as const, 3 as const),
    bits: fc.constantFrom(8 as const, 16 as const),
    inMemory: fc.constantFrom(0, 1e6),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ width, height, size, overlap, channels, bits, inMemory }) => {
      const { from, out } = await makeImage('x.png', width, height, channels, bits);
      const { tiles } = await cropTiles({ from, out, size, overlap, inMemory });
      const names = readdirSync(join(out, 'train'));
      assert.equal(names.length, tiles);
      assert.deepEqual(readdirSync(out), ['train']); // what lay on the disk meanwhile is gone
      const covered = new Set<string>();
      for (const name of names) {
        const [, left, top] = /^x_(\d+)_(\d+)\.png$/.exec(name)!.map(Number);
        const tile = await levelsOf(join(out, 'train', name), bits);
        assert.deepEqual([tile.width, tile.height, tile.channels], [size, size, channels]);
        for (const [i, found] of tile.levels.entries()) {
          const pixel = Math.floor(i / channels);
          const [x, y] = [left + (pixel % size), top + Math.floor(pixel / size)];
          assert.equal(found, level(x, y, i % channels, bits));
          covered.add(`${x} ${y}`);
        }
      }
      assert.equal(covered.size, width * height);
    }),
    { numRuns: 25 },
  );
});

test('halves of pairs are cut alike and put beside each other again', async () => {
  const { from, out } = await makeImage('x.png', 24, 10, 3, 8);
  await cropTiles({ from, out, size: 6, overlap: 1, pairs: true });
  const { levels, width } = await levelsOf(join(out, 'train', 'x_5_4.png'), 8);
  assert.equal(width, 12);
  for (const [i, found] of levels.entries()) {
    const [x, y, c] = [Math.floor(i / 3) % 12, Math.floor(i / 36), i % 3];
    assert.equal(found, level(5 + (x < 6 ? x : x - 6 + 12), 4 + y, c, 8));
  }
});

test('palettes, floats, many channels and .npy stay what they are', async () => {
  const [width, height] = [11, 7];
  const numbers = (channels: number) =>
    Array.from({ length: width * height * channels }, (_, i) => (i * 7) % 50);
  const files: [string, Raster, RegExp][] = [
    ['x.png', { data: Uint8Array.from(numbers(1)), width, height, channels: 1, palette }, /\.png$/],
    ['x.npy', { data: Float32Array.from(numbers(2)), width, height, channels: 2 }, /\.npy$/],
    ['x.tif', { data: Float32Array.from(numbers(5)), width, height, channels: 5 }, /\.tif$/],
    ['x.tif', { data: Uint16Array.from(numbers(3)), width, height, channels: 3 }, /\.png$/],
  ];
  for (const [name, raster, ending] of files) {
    const [from, out] = [join(root, `${count++}`), join(root, `${count++}`)];
    mkdirSync(from);
    const format = name === 'x.tif' ? 'tiff' : (name.slice(2) as 'png' | 'npy');
    writeFileSync(join(from, name), encodeNumbers(raster, format));
    await cropTiles({ from, out, size: 5, overlap: 1 });
    const names = readdirSync(out);
    assert.equal(names.length, 6);
    for (const tileName of names) {
      assert.match(tileName, ending);
      const [, left, top] = /^x_(\d+)_(\d+)\./.exec(tileName)!.map(Number);
      const tile = await readRaster(join(out, tileName), tileName);
      const { channels } = raster;
      assert.deepEqual([tile.channels, tile.palette], [channels, raster.palette]);
      assert.equal(tile.data.constructor, raster.data.constructor);
      for (const [i, found] of tile.data.entries()) {
        const pixel = Math.floor(i / channels);
        const place = (top + Math.floor(pixel / 5)) * width + left + (pixel % 5);
        assert.equal(found, raster.data[place * channels + (i % channels)]);
      }
    }
  }
});

test('tiles of a GeoTIFF lie where they are on the earth, in memory and from the disk', async () => {
  const tags: TiffTag[] = [
    { code: 33550, type: 'double', value: [10, 20, 0] },
    { code: 33922, type: 'double', value: [0, 0, 0, 500000, 4600000.5, 0] },
    { code: 34735, type: 'short', value: [1, 1, 0, 1, 1024, 0, 1, 1] },
  ];
  const matrix = [10, 0, 0, 500000, 0, -20, 0, 4600000.5, 0, 0, 0, 0, 0, 0, 0, 1];
  const byMatrix: TiffTag[] = [{ code: 34264, type: 'double', value: matrix }, tags[2]];
  for (const inMemory of [0, 1e6])
    for (const place of [tags, byMatrix]) {
      const [from, out] = [join(root, `${count++}`), join(root, `${count++}`)];
      mkdirSync(from);
      const raster = { data: new Uint8Array(63), width: 9, height: 7, channels: 1 };
      writeFileSync(join(from, 'x.tif'), encodeNumbers({ ...raster, tags: place }, 'tiff'));
      await cropTiles({ from, out, size: 4, overlap: 0, inMemory });
      for (const [left, top] of [
        [0, 0],
        [4, 3],
        [5, 0],
      ]) {
        const image = await (await fromFile(join(out, `x_${left}_${top}.tif`))).getImage();
        const [west, north] = [500000 + 10 * left, 4600000.5 - 20 * top];
        assert.deepEqual(image.getBoundingBox(), [west, north - 80, west + 40, north]);
        assert.equal(image.getGeoKeys()?.GTModelTypeGeoKey, 1);
      }
    }
});

test('a TIFF in which 0 is white is cut into tiles that look like it', async () => {
  const [from, out] = [join(root, `${count++}`), join(root, `${count++}`)];
  mkdirSync(from);
  const data = Uint8Array.from({ length: 64 }, (_, i) => 3 * i);
  const file = encodeNumbers({ data, width: 8, height: 8, channels: 1 }, 'tiff') as Buffer;
  const entry = Array.from({ length: file.readUInt16LE(8) }, (_, i) => 10 + 12 * i).find(
    (at) => file.readUInt16LE(at) === 262,
  )!;
  file.writeUInt16LE(0, entry + 8); // PhotometricInterpretation: WhiteIsZero (TIFF 6.0, section 3)
  writeFileSync(join(from, 'x.tif'), file);
  await cropTiles({ from, out, size: 8, overlap: 0 });
  const { levels } = await levelsOf(join(out, 'x_0_0.png'), 8);
  assert.deepEqual(
    [...levels],
    [...data].map((level) => 255 - level),
  );
});

test('pictures that libvips alone unpacks are cut, and a compression that nobody reads is told with those that are', async () => {
  const [from, out] = [join(root, `${count++}`), join(root, `${count++}`)];
  mkdirSync(from);
  const data = Uint8Array.from({ length: 256 }, (_, i) => ((i * i) % 7 < 3 ? 255 : 0));
  const fax = sharp(data, { raw: { width: 16, height: 16, channels: 1 } }).toColourspace('b-w');
  await fax.tiff({ compression: 'ccittfax4', bitdepth: 1 }).toFile(join(from, 'fax.tif'));
  await cropTiles({ from, out, size: 16, overlap: 0 });
  assert.deepEqual([...(await levelsOf(join(out, 'fax_0_0.png'), 8)).levels], [...data]);
  const packed = encodeNumbers({ data, width: 16, height: 16, channels: 1 }, 'tiff') as Buffer;
  const entry = Array.from({ length: packed.readUInt16LE(8) }, (_, i) => 10 + 12 * i).find(
    (at) => packed.readUInt16LE(at) === 259,
  )!;
  packed.writeUInt16LE(34925, entry + 8); // LZMA
  writeFileSync(join(from, 'other.tif'), packed);
  const { broken } = await cropTiles({ from, out, size: 16, overlap: 0, overwrite: true });
  assert.match(broken[0].message, /its compression, number 34925, is not read[\s\S]*Deflate, LZW/);
});

test('images of one name, whose tiles would be written over each other, are refused before any is cut', async () => {
  const { from, out } = await makeImage('x.png', 12, 9, 3, 8);
  await sharp(join(from, 'train', 'x.png')).toFile(join(from, 'train', 'x.jpg'));
  const both = /two images share one name\n +first +train\/x\.jpg\n +second +train\/x\.png/;
  await assert.rejects(cropTiles({ from, out, size: 8, overlap: 0, overwrite: true }), both);
  await assert.rejects(processImages({ from, out, steps: { gray: true }, overwrite: true }), both);
  assert.equal(existsSync(out), false);
});

test('broken images are left out and named, and nothing of them stays; a place that cannot be written to ends the work', async () => {
  const { from, out } = await makeImage('b.png', 12, 9, 3, 8);
  writeFileSync(join(from, 'a.png'), 'no image');
  const raster = { data: new Float32Array(64 * 64), width: 64, height: 64, channels: 1 };
  const file = encodeNumbers(raster, 'tiff');
  writeFileSync(join(from, 'c.tif'), file.subarray(0, 0.75 * file.length)); // its last rows are missing
  const reports: number[] = [];
  const settings = { from, out, size: 8, overlap: 0 };
  const done = await cropTiles({ ...settings, onProgress: ({ done }) => reports.push(done) });
  assert.deepEqual([done.images, done.tiles, reports], [3, 4, [1, 2, 3]]);
  assert.deepEqual(
    done.broken.map((error) => error.file),
    [join(from, 'a.png'), join(from, 'c.tif')],
  );
  assert.deepEqual(readdirSync(out), ['train']);
  assert.equal(readdirSync(join(out, 'train')).length, 4);
  writeFileSync(join(root, 'in the way'), '');
  await assert.rejects(cropTiles({ ...settings, out: join(root, 'in the way') }));
});

test('of a large picture that breaks off nothing stays of what was laid out on the disk', async () => {
  const { from, out } = await makeImage('x.png', 64, 1024, 3, 8);
  const path = join(from, 'train', 'x.png');
  const file = readFileSync(path);
  writeFileSync(path, file.subarray(0, 0.7 * file.length));
  const { broken } = await cropTiles({ from, out, size: 64, overlap: 0, inMemory: 0 });
  assert.equal(broken.length, 1);
  assert.deepEqual(readdirSync(out), []);
});

test('small images are left out and named; what is there already stays', async () => {
  const { from, out } = await makeImage('x.png', 12, 9, 3, 8);
  const notes: string[] = [];
  const done = await cropTiles({ from, out, size: 10, overlap: 0, onNote: (text) => notes.push(text) });
  assert.deepEqual([done.tiles, done.tooSmall], [0, 1]);
  assert.match(notes[0], /train\/x\.png: 12 × 9 is smaller than a tile/);
  await cropTiles({ from, out, size: 8, overlap: 0 });
  await assert.rejects(cropTiles({ from, out, size: 8, overlap: 0 }), /a tile is there already/);
  await cropTiles({ from, out, size: 8, overlap: 0, overwrite: true });
  await assert.rejects(cropTiles({ from, out, size: 8, overlap: 8 }), /would not advance/);
  await assert.rejects(cropTiles({ from, out: join(from, 'tiles'), size: 8, overlap: 0 }), /would lie among/);
});
