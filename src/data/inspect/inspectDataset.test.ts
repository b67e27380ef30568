import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { writeInspection } from '../../records/writing/inspectionPage.js';
import { encodeNumbers } from '../raster/encodeNumbers.js';
import type { Raster } from '../raster/raster.js';
import { inspectDataset } from './inspectDataset.js';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-inspect-'));
after(() => rmSync(folder, { recursive: true }));

/** An image of one colour, which no other has. */
async function write(path: string, colour: number, width = 12, height = 10): Promise<void> {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  const create = { width, height, channels: 3, background: { r: colour, g: 40, b: 250 } } as const;
  await sharp({ create }).toFile(join(folder, path));
}

await write('set/train_A/1.png', 1);
await write('set/train_B/1.jpg', 2);
await write('set/train_A/2.png', 3);
await write('set/train_B/2.png', 4, 11);
await write('set/train_A/lone.png', 5);
copyFileSync(join(folder, 'set/train_A/1.png'), join(folder, 'set/train_A/again.png'));
writeFileSync(
  join(folder, 'set/train_A/broken.png'),
  readFileSync(join(folder, 'set/train_A/1.png')).subarray(0, 60),
);
writeFileSync(join(folder, 'set/notes.txt'), '');
mkdirSync(join(folder, 'set/train_B'), { recursive: true });
const deep = new Uint16Array(8 * 8).map((_, i) => i * 60 + 200);
await sharp(deep, { raw: { width: 8, height: 8, channels: 1 } })
  .toColourspace('grey16')
  .toFile(join(folder, 'set/train_B/deep.png'));

test('an inspection tells counts, sizes, depths, what is broken, lone, equal or misaligned, and what was passed over', async () => {
  const found = await inspectDataset({ root: join(folder, 'set'), samples: 2 });
  const [a, b] = found.folders;
  assert.deepEqual([a.folder, a.images, a.sizes], ['train_A', 5, [['12 × 10', 4]]]);
  assert.deepEqual([b.folder, b.images, b.formats.toString()], ['train_B', 3, 'png,2,jpeg,1']);
  assert.deepEqual(b.depths.map(({ type, images, low, high }) => [type, images, low, high])[1], [
    '16 bits',
    1,
    200,
    63 * 60 + 200,
  ]);
  assert.deepEqual(b.channels, [
    ['3 channels', 2],
    ['1 channel', 1],
  ]);
  assert.deepEqual(
    found.broken.shown.map((text) => text.split(':')[0]),
    ['train_A/broken.png'],
  );
  assert.deepEqual(found.duplicates.shown, ['train_A/1.png = train_A/again.png']);
  const [sides] = found.sides;
  assert.deepEqual(
    [sides.pairs, sides.onlyA.shown, sides.onlyB.shown],
    [2, ['again', 'broken', 'lone'], ['deep']],
  );
  assert.deepEqual(sides.misaligned.shown, ['2: 12 × 10, 11 × 10']);
  assert.deepEqual(found.passedOver, { '.txt': 1 });
  assert.match(found.layout.fix!, /rename them to trainA and trainB/);
  const page = await writeInspection(join(folder, 'page'), found);
  const text = readFileSync(page, 'utf8');
  for (const part of [
    'train_A/broken.png',
    '2: 12 × 10, 11 × 10',
    '16 bits, levels 200 to 3980',
    'images/0_0.png',
  ])
    assert.ok(text.includes(part), part);
});

test('numbers of any type are measured, and what is no number is named with its place', async () => {
  const root = join(folder, 'numbers');
  mkdirSync(root);
  const files: [string, Raster][] = [
    [
      'a.npy',
      {
        data: Float32Array.of(-1000, 3, 2.5, 4, 5, 3071, 0, 1, 0, 1, 0, 1),
        width: 3,
        height: 2,
        channels: 2,
      },
    ],
    ['b.tif', { data: Float32Array.of(1, 2, Number.NaN, 4, 5, Infinity), width: 3, height: 2, channels: 1 }],
    ['d.tif', { data: Float64Array.of(0.5), width: 1, height: 1, channels: 1 }],
    ['c.tif', { data: Int16Array.of(-7, 8, 9, 10, 11), width: 1, height: 1, channels: 5 }],
  ];
  for (const [name, raster] of files)
    writeFileSync(join(root, name), encodeNumbers(raster, name.endsWith('npy') ? 'npy' : 'tiff'));
  const found = await inspectDataset({ root, samples: 3 });
  const [{ depths, channels }] = found.folders;
  assert.equal(found.broken.count, 0);
  assert.deepEqual(depths, [
    { type: 'float32', images: 2, low: -1000, high: 3071 },
    { type: 'float64', images: 1, low: 0.5, high: 0.5 },
    { type: 'int16', images: 1, low: -7, high: 11 },
  ]);
  assert.deepEqual(channels, [
    ['1 channel', 2],
    ['2 channels', 1],
    ['5 channels', 1],
  ]);
  assert.deepEqual(found.notFinite.shown, [
    'b.tif: it holds NaN at (2, 0), channel 0, and 2 such numbers in all',
  ]);
  const page = await writeInspection(join(folder, 'numbers-page'), found);
  const text = readFileSync(page, 'utf8');
  for (const part of ['float32, -1000 to 3071', 'NaN at (2, 0)', '0_0.png', '0_1.png', '0_2.png'])
    assert.ok(text.includes(part), part);
  const { data } = await sharp(join(folder, 'numbers-page/images/0_0.png'))
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.deepEqual([...data], [0, 254, 255, 254, 254, 254]); // the first channel, -1000 ... 5
});

/** A TIFF of numbers of colours (TIFF 6.0, section 5). */
function paletteTiff(): Uint8Array {
  const colourMap = {
    code: 320,
    type: 'short',
    value: Array.from({ length: 768 }, (_, i) => 85 * i),
  } as const;
  const raster = { data: Uint8Array.from({ length: 48 }, (_, i) => i % 5), width: 8, height: 6, channels: 1 };
  const file = Buffer.from(encodeNumbers({ ...raster, tags: [colourMap] }, 'tiff'));
  const entries = Array.from({ length: file.readUInt16LE(8) }, (_, i) => 10 + 12 * i);
  file.writeUInt16LE(3, entries.find((at) => file.readUInt16LE(at) === 262)! + 8);
  return file;
}

test('palettes are told, and what is made of them', async () => {
  const fixtures = join(import.meta.dirname, '../../../../test/fixtures/images');
  const root = join(folder, 'palettes');
  mkdirSync(root);
  for (const name of ['palette.png', 'palette.gif', 'gray.png'])
    copyFileSync(join(fixtures, name), join(root, name));
  writeFileSync(join(root, 'palette.tif'), paletteTiff());
  const [{ channels }] = (await inspectDataset({ root, samples: 0 })).folders;
  assert.deepEqual(
    new Set(channels.map(([words, count]) => `${count} ${words}`)),
    new Set([
      '2 a palette (colours of 3 channels; its numbers with --label_nc)',
      '1 a palette (colours of 3 channels)',
      '1 1 channel',
    ]),
  );
});

test('other people’s folders are recognised and named', async () => {
  const layouts: [string[], RegExp][] = [
    [['l1/trainA/1.png', 'l1/trainB/1.png'], /two sides of a training in trainA and trainB/],
    [['l2/train/1.png'], /A\|B pairs, or of single images, in train/],
    [['l3/A/train/1.png', 'l3/B/train/1.png'], /A.train and .*B.train/],
    [['l4/Train/1.png'], /l4.Train/],
    [['l5/train/A/1.png', 'l5/train/B/1.png'], /train.A and train.B/],
  ];
  let colour = 60;
  for (const [i, [paths, message]] of layouts.entries()) {
    for (const path of paths) await write(path, colour++);
    const { layout, sides } = await inspectDataset({ root: join(folder, `l${i + 1}`), samples: 0 });
    assert.match(layout.found, message);
    assert.equal(sides.length, paths.length - 1);
  }
  mkdirSync(join(folder, 'empty'));
  await assert.rejects(inspectDataset({ root: join(folder, 'empty'), samples: 1 }), /holds no images/);
});
