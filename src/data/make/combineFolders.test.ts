import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { decodeImage } from '../decode/decode.js';
import { combineFolders } from './combineFolders.js';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'combine-'));
});
after(() => rm(root, { recursive: true }));

/** A flat image of one colour at `path` below the test's folder. */
async function picture(path: string, colour: string, width = 6, height = 4): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await sharp({ create: { width, height, channels: 3, background: colour } }).toFile(file);
}

const combine = (name: string, more = {}) =>
  combineFolders({
    a: join(root, name, 'A'),
    b: join(root, name, 'B'),
    out: join(root, name, 'AB'),
    ...more,
  });

test('pairs land in their subfolders, A on the left, without loss, whatever the formats', async () => {
  await picture('splits/A/train/x.png', '#ff0000');
  await picture('splits/B/train/x.webp', '#0000ff');
  await picture('splits/A/val/naïve name.png', '#102030');
  await picture('splits/B/val/naïve name.png', '#405060');
  const { splits } = await combine('splits');
  assert.deepEqual(splits, { train: 1, val: 1 });
  const { data, info } = await sharp(join(root, 'splits/AB/val/naïve name.png'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height, info.channels], [12, 4, 3]);
  assert.deepEqual([...data.subarray(0, 3)], [0x10, 0x20, 0x30]);
  assert.deepEqual([...data.subarray(6 * 3, 7 * 3)], [0x40, 0x50, 0x60]);
  assert.deepEqual(await readdir(join(root, 'splits/AB/train')), ['x.png']);
});

test('grey, alpha and 16-bit images become 8-bit RGB; EXIF orientation is applied before sizes are compared', async () => {
  await mkdir(join(root, 'kinds/A'), { recursive: true });
  const grey16 = sharp(
    Uint16Array.from({ length: 24 }, () => 0x80ff),
    { raw: { width: 4, height: 6, channels: 1 } },
  );
  await grey16.toColourspace('grey16').png().toFile(join(root, 'kinds/A/k.png'));
  assert.equal((await sharp(join(root, 'kinds/A/k.png')).metadata()).depth, 'ushort');
  await mkdir(join(root, 'kinds/B'));
  const upright = sharp({ create: { width: 6, height: 4, channels: 3, background: '#fff' } });
  await upright.withMetadata({ orientation: 6 }).jpeg().toFile(join(root, 'kinds/B/k.jpg'));
  const clear = sharp({
    create: { width: 6, height: 4, channels: 4, background: { r: 9, g: 8, b: 7, alpha: 0.5 } },
  });
  await clear.png().toFile(join(root, 'kinds/A/l.png'));
  await picture('kinds/B/l.png', '#000000');
  await combine('kinds');
  assert.deepEqual(
    [...(await sharp(join(root, 'kinds/AB/l.png')).raw().toBuffer()).subarray(0, 3)],
    [9, 8, 7],
  );
  const { data, info } = await sharp(join(root, 'kinds/AB/k.png'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height, info.channels], [8, 6, 3]);
  assert.deepEqual([...data.subarray(0, 3)], [0x80, 0x80, 0x80]);
});

test('--quality writes JPEG with full colour resolution', async () => {
  await picture('jpeg/A/x.png', '#ff0000', 16, 16);
  await picture('jpeg/B/x.png', '#00ff00', 16, 16);
  await combine('jpeg', { quality: 90 });
  const { format, chromaSubsampling } = await sharp(join(root, 'jpeg/AB/x.jpg')).metadata();
  assert.deepEqual([format, chromaSubsampling], ['jpeg', '4:4:4']);
  await assert.rejects(combine('jpeg', { quality: 0 }), /quality is out of range/);
});

test('x_A meets x_B on request', async () => {
  await picture('suffix/A/x_A.png', '#ff0000');
  await picture('suffix/B/x_B.png', '#00ff00');
  await assert.rejects(combine('suffix'), /only in A +"x_A"[\s\S]*only in B +"x_B"/);
  await combine('suffix', { useAB: true });
  assert.deepEqual(await readdir(join(root, 'suffix/AB')), ['x.png']);
});

test('names without a partner, twins and unequal sizes are listed, and nothing is written', async () => {
  // A file name can hold a line break, except on Windows; a message shows it escaped.
  const odd = process.platform === 'win32' ? 'b c' : 'b\nc';
  await picture('wrong/A/a.png', '#fff');
  await picture(`wrong/A/${odd}.png`, '#fff');
  await picture('wrong/B/a.png', '#fff', 5, 4);
  await assert.rejects(combine('wrong'), /1 image names have no partner[\s\S]*"b(\\n| )c"/);
  await picture(`wrong/B/${odd}.png`, '#fff', 6, 5);
  await assert.rejects(combine('wrong'), /2 of 2 pairs differ in size[\s\S]*6×4, B 5×4[\s\S]*6×4, B 6×5/);
  await picture('wrong/A/a.jpg', '#fff');
  await assert.rejects(combine('wrong'), /two images share one name/);
  await assert.rejects(readdir(join(root, 'wrong/AB')));
});

test('every kind of image that training reads can be joined, names pair however accents are written', async () => {
  const images = join(import.meta.dirname, '../../../../test/fixtures/images');
  for (const side of ['A', 'B']) await mkdir(join(root, 'all', side), { recursive: true });
  const pairs = { 'bmp8.bmp': 'rgb.ppm', 'gray.pgm': 'gray.avif', 'gray12in16.png': 'bands4.tif' };
  for (const [i, [a, b]] of Object.entries(pairs).entries()) {
    await copyFile(join(images, a), join(root, 'all/A', `caf\u00e9${i}${extname(a)}`));
    await copyFile(join(images, b), join(root, 'all/B', `cafe\u0301${i}${extname(b)}`));
  }
  await writeFile(join(root, 'all/B/notes.txt'), '');
  const notes: string[] = [];
  const { splits } = await combine('all', { onNote: (text: string) => notes.push(text) });
  assert.deepEqual(splits, { '': 3 });
  const joined = await sharp(join(root, 'all/AB', 'caf\u00e90.png'))
    .raw()
    .toBuffer();
  const right = await decodeImage(join(images, 'rgb.ppm'));
  assert.deepEqual([...joined.subarray(3 * 23, 6 * 23)], [...right.data.subarray(0, 3 * 23)]);
  assert.equal(notes.length, 3);
  assert.match(notes.join('\n'), /B: 1 file is no image by its name and was passed over: 1 \.txt\n/);
  assert.match(notes.join('\n'), /2\.png: its values go up to \d+ of 65535/);
  assert.match(notes.join('\n'), /2\.tif: it has 4 bands, of which only the first, as grey, is seen/);
});

test('pairs with a broken file are left out and named, others are joined', async () => {
  for (const name of ['a', 'b', 'c']) {
    await picture(`broken/A/${name}.png`, '#fff', 60, 40);
    await picture(`broken/B/${name}.png`, '#fff', 60, 40);
  }
  await writeFile(join(root, 'broken/B/b.png'), 'no image');
  const noise = Uint8Array.from({ length: 60 * 40 * 3 }, (_, i) => (i * i * 7919) >> 9);
  const whole = await sharp(noise, { raw: { width: 60, height: 40, channels: 3 } })
    .png()
    .toBuffer();
  await writeFile(join(root, 'broken/B/a.png'), whole.subarray(0, 2000));
  const { pairs, splits, broken } = await combine('broken');
  assert.deepEqual([pairs, splits, broken.length], [3, { '': 1 }, 2]);
  assert.match(broken[0].message, /broken.B.a\.png\n +reason +it cannot be decoded/);
  assert.match(broken[1].message, /broken.B.b\.png\n +reason +it is no JPEG/);
  assert.deepEqual(await readdir(join(root, 'broken/AB')), ['c.png']);
});

test('pairs that are there already stay unless told, and sources are safe from the output', async () => {
  await picture('keep/A/x.png', '#fff');
  await picture('keep/B/x.png', '#fff');
  await combine('keep');
  await assert.rejects(combine('keep'), /1 of 1 pairs are in the output folder already[\s\S]*--overwrite/);
  await combine('keep', { overwrite: true });
  await assert.rejects(combine('keep', { out: join(root, 'keep/A/inner') }), /inside a source folder/);
  await assert.rejects(combine('keep', { b: join(root, 'keep/A') }), /same folder/);
  await assert.rejects(combine('nowhere'), /cannot be read: no such file or folder/);
});
