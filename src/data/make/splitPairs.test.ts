import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { splitPairs } from './splitPairs.js';

const root = mkdtempSync(join(tmpdir(), 'split-'));
after(() => rmSync(root, { recursive: true }));

/** Pairs of 4×2 pixels: image i has i in its left half and 100 + i in its right one. */
async function makePairs(name: string, counts: Readonly<Record<string, number>>, width = 4): Promise<string> {
  for (const [split, count] of Object.entries(counts)) {
    mkdirSync(join(root, name, split), { recursive: true });
    for (let i = 0; i < count; i++) {
      const pixels = Uint8Array.from({ length: width * 2 * 3 }, (_, k) =>
        Math.floor(k / 3) % width < width / 2 ? i : 100 + i,
      );
      await sharp(pixels, { raw: { width, height: 2, channels: 3 } })
        .png()
        .toFile(join(root, name, split, `${i}.png`));
    }
  }
  return join(root, name);
}

test('of training pairs one half each, so that none is left whole; of the others both', async () => {
  const pairs = await makePairs('pairs', { train: 5, test: 2 });
  const out = join(root, 'cut');
  const { folders } = await splitPairs({ pairs, out });
  assert.deepEqual(folders, { trainA: 3, trainB: 2, testA: 2, testB: 2 });
  assert.deepEqual(readdirSync(join(out, 'trainA')).sort(), ['0.png', '2.png', '4.png']);
  assert.deepEqual(readdirSync(join(out, 'trainB')).sort(), ['1.png', '3.png']);
  for (const [folder, i, level] of [
    ['trainA', 2, 2],
    ['trainB', 3, 103],
    ['testA', 1, 1],
    ['testB', 1, 101],
  ] as const) {
    const file = join(out, folder, `${i}.png`);
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height, info.channels], [2, 2, 3]);
    assert.deepEqual(new Set(data), new Set([level]), file);
  }
});

test('no pairs and folders in use are refused', async () => {
  const refusal = (pairs: string, out: string, message: RegExp) =>
    assert.rejects(splitPairs({ pairs, out: join(root, out) }), (error: unknown) => {
      assert.ok(error instanceof Pix2PixError);
      assert.match(error.message, message);
      return true;
    });
  mkdirSync(join(root, 'empty'));
  await refusal(join(root, 'empty'), 'a', /^there are no pairs to cut/);
  await refusal(join(root, 'none'), 'a', /no such file or folder/);
  await refusal(join(root, 'pairs'), 'pairs', /the output folder is not empty/);
});

test('odd widths and damaged images are left out and named', async () => {
  const pairs = await makePairs('odd', { test: 1 }, 5);
  await makePairs('odd', { train: 3 });
  writeFileSync(join(pairs, 'train', '1.png'), 'no image');
  const out = join(root, 'sound');
  const { folders, broken } = await splitPairs({ pairs, out });
  assert.deepEqual(folders, { testA: 0, testB: 0, trainA: 2, trainB: 0 });
  assert.match(broken[0].message, /no two equal halves: 5×2/);
  assert.match(broken[1].message, /1\.png\n +reason +it is no JPEG/);
  assert.deepEqual(readdirSync(join(out, 'testA')), []);
});
