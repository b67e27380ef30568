import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import { cropTiles } from './cropTiles.js';

const root = mkdtempSync(join(tmpdir(), 'pix2pix-crop-'));
after(() => rmSync(root, { recursive: true }));
let count = 0;

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
    width: fc.integer({ min: 8, max: 40 }),
    height: fc.integer({ min: 8, max: 40 }),
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
