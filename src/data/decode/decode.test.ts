import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { BadImageError } from './badImage.js';
import { decodeImage, MAX_PIXELS } from './decode.js';

const fixtures = join(import.meta.dirname, '../../../../test/fixtures/images');
const maps = join(import.meta.dirname, '../../../../../shared/data/maps/train');
const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'pix2pix-decode-'));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

for (const [name, { size, rgb }] of Object.entries<{ size: number[]; rgb: string }>(expected.decoded)) {
  test(`${name} decodes to the bytes that PIL gives`, async () => {
    const image = await decodeImage(join(fixtures, name));
    assert.deepEqual([image.width, image.height], size);
    const want = inflateSync(Buffer.from(rgb, 'base64'));
    assert.deepEqual(Buffer.from(image.data), want);
  });
}

test('CMYK becomes RGB of nearly the colours that were converted to CMYK', async () => {
  const { data } = await decodeImage(join(fixtures, 'cmyk.jpg'));
  const rgb = inflateSync(Buffer.from(expected.decoded['rgb.png'].rgb, 'base64'));
  assert.equal(data.length, rgb.length);
  const difference = rgb.reduce((sum, byte, i) => sum + Math.abs(byte - data[i]), 0) / rgb.length;
  assert.ok(difference < 30, `mean difference ${difference}; inverted colours would be over 100 away`);
});

/** Where each EXIF orientation puts the first row and column: stored corners → corners as seen (EXIF 2.3, 4.6.4 A). */
const seenCorners: Record<number, [string, number, number]> = {
  1: ['abcd', 4, 2],
  2: ['badc', 4, 2],
  3: ['dcba', 4, 2],
  4: ['cdab', 4, 2],
  5: ['acbd', 2, 4],
  6: ['cadb', 2, 4],
  7: ['dbca', 2, 4],
  8: ['bdac', 2, 4],
};

for (const [orientation, [corners, width, height]] of Object.entries(seenCorners)) {
  test(`EXIF orientation ${orientation} is applied`, async () => {
    const grays: Record<string, number> = { a: 10, b: 80, c: 150, d: 220 }; // top left, top right, bottom left, right
    const stored = Buffer.alloc(4 * 2 * 3);
    for (const [i, corner] of [...'aabbccdd'].entries()) stored.fill(grays[corner], i * 3, i * 3 + 3);
    const path = join(folder, `exif${orientation}.png`);
    await sharp(stored, { raw: { width: 4, height: 2, channels: 3 } })
      .withMetadata({ orientation: Number(orientation) })
      .png()
      .toFile(path);
    const image = await decodeImage(path);
    assert.deepEqual([image.width, image.height], [width, height]);
    const at = (x: number, y: number): number => image.data[(y * width + x) * 3];
    const seen = [at(0, 0), at(width - 1, 0), at(0, height - 1), at(width - 1, height - 1)];
    assert.deepEqual(
      seen,
      [...corners].map((corner) => grays[corner]),
    );
  });
}

test('an embedded colour profile does not change the bytes', async () => {
  const path = join(folder, 'p3.png');
  await sharp(join(fixtures, 'rgb.png')).withIccProfile('p3').png().toFile(path);
  const stored = await sharp(path, { ignoreIcc: true }).raw().toBuffer();
  assert.deepEqual(Buffer.from((await decodeImage(path)).data), stored);
});

test('what cannot be used is refused with the name of the file and the reason', async () => {
  const jpeg = readFileSync(join(fixtures, 'rgb.jpg'));
  const png = readFileSync(join(fixtures, 'rgb.png'));
  const bmp = readFileSync(join(fixtures, 'bmp24.bmp'));
  const rle = readFileSync(join(fixtures, 'bmp_rle8.bmp'));
  const huge = Buffer.from(png);
  huge.writeUInt32BE(100_000, 16);
  huge.writeUInt32BE(100_000, 20);
  huge.writeUInt32BE(crc32(huge.subarray(12, 29)), 29);
  const hugeBmp = Buffer.from(rle); // runs: the size in the header is all that tells how much would be allocated
  hugeBmp.writeInt32LE(MAX_PIXELS + 1, 18);
  hugeBmp.writeInt32LE(1, 22);
  const bmpOf = (change: (bytes: Buffer) => void): Buffer => {
    const copy = Buffer.from(bmp);
    change(copy);
    return copy;
  };
  const cases: Record<string, [Uint8Array, RegExp]> = {
    'empty.jpg': [Buffer.alloc(0), /zero bytes/],
    'text.png': [Buffer.from('hello, I am no image at all'), /no JPEG/],
    'svg.png': [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'), /no JPEG/],
    'cut.jpg': [jpeg.subarray(0, jpeg.length * 0.6), /cannot be decoded/],
    'cut.png': [png.subarray(0, png.length * 0.6), /cannot be decoded/],
    'head.jpg': [jpeg.subarray(0, 4), /cannot be decoded/],
    'flipped.png': [Buffer.from(png).fill(0x55, 60, 200), /cannot be decoded/],
    'huge.png': [huge, /100000x100000 pixels, more than/],
    'huge.bmp': [hugeBmp, /pixels, more than/],
    'cut.bmp': [bmp.subarray(0, 200), /cut short/],
    'cutHead.bmp': [bmp.subarray(0, 20), /cut short/],
    'cutRuns.bmp': [rle.subarray(0, rle.length - 40), /cut short/],
    'deep.bmp': [bmpOf((b) => b.writeUInt16LE(13, 28)), /13 bits/],
    'flat.bmp': [bmpOf((b) => b.writeInt32LE(0, 22)), /23x0/],
    'wide.bmp': [bmpOf((b) => b.writeInt32LE(-23, 18)), /-23x14/],
  };
  for (const [name, [content, reason]] of Object.entries(cases)) {
    const path = write(name, content);
    await assert.rejects(decodeImage(path), (error) => {
      assert.ok(error instanceof BadImageError, `${name}: ${error}`);
      assert.match(error.message, reason, name);
      assert.equal(error.file, path);
      assert.ok(error.message.includes(path));
      return true;
    });
  }
  await assert.rejects(
    decodeImage(join(folder, 'missing.jpg')),
    /missing.jpg[\s\S]*cannot be read: no such file/,
  );
  await assert.rejects(decodeImage(folder), /no regular file/);
});

test('floating-point pixels are refused: they have no agreed range', async () => {
  // a 1x1 TIFF of one 32-bit IEEE sample, by hand (TIFF 6.0, section 2; SampleFormat 3 is floating point)
  const tags = [
    [256, 1], // width
    [257, 1], // height
    [258, 32], // bits per sample
    [259, 1], // no compression
    [262, 1], // black is zero
    [273, 8], // the strip is at byte 8
    [277, 1], // one sample a pixel
    [278, 1], // one row a strip
    [279, 4], // bytes in the strip
    [339, 3], // IEEE float
  ];
  const file = Buffer.alloc(12 + 2 + tags.length * 12 + 4);
  file.write('II*\0', 0, 'latin1');
  file.writeUInt32LE(12, 4);
  file.writeFloatLE(0.5, 8);
  file.writeUInt16LE(tags.length, 12);
  tags.forEach(([tag, value], i) => {
    const at = 14 + i * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(3, at + 2); // SHORT
    file.writeUInt32LE(1, at + 4);
    file.writeUInt16LE(value, at + 8);
  });
  await assert.rejects(decodeImage(write('float.tif', file)), /of type float[\s\S]*8 or 16 bits/);
});

/** CRC-32 as PNG uses it (ISO 3309). */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

const python = process.env.PIX2PIX_TEST_PYTHON ?? 'python3';
const hasPIL = spawnSync(python, ['-c', 'import PIL']).status === 0;
const skip = !hasPIL
  ? 'no python3 with Pillow (name one by PIX2PIX_TEST_PYTHON)'
  : !existsSync(maps)
    ? 'no ../shared/data/maps'
    : false;

test('photos of the maps data decode bit for bit as PIL decodes them', { skip }, async () => {
  const script =
    'import sys; from PIL import Image; ' +
    'sys.stdout.buffer.write(Image.open(sys.argv[1]).convert("RGB").tobytes())';
  const names = readdirSync(maps)
    .filter((name) => name.endsWith('.jpg'))
    .slice(0, 5);
  assert.equal(names.length, 5);
  for (const name of names) {
    const want = execFileSync(python, ['-c', script, join(maps, name)], { maxBuffer: 1e8 });
    assert.ok(want.equals((await decodeImage(join(maps, name))).data), name);
  }
});
