import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { BadImageError } from './badImage.js';
import { decodeDeepImage, decodeImage } from './decode.js';
import { MAX_PIXELS } from './limits.js';

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

/** Another conversion from YCbCr than PIL's: by how much a byte may differ. */
const TOLERANCES: Readonly<Record<string, number>> = { 'rgb.avif': 1 };

for (const [name, { size, rgb }] of Object.entries<{ size: number[]; rgb: string }>(expected.decoded)) {
  test(`${name} decodes to the bytes that PIL gives`, async () => {
    const image = await decodeImage(join(fixtures, name));
    assert.deepEqual([image.width, image.height], size);
    const want = inflateSync(Buffer.from(rgb, 'base64'));
    const tolerance = TOLERANCES[name];
    if (tolerance === undefined) assert.deepEqual(Buffer.from(image.data), want);
    else assert.ok(want.every((byte, i) => Math.abs(byte - image.data[i]) <= tolerance));
  });
}

/** The notes on a file besides its pixels. */
async function notesOf(name: string): Promise<string[]> {
  const notes: string[] = [];
  await decodeImage(join(fixtures, name), ({ kind, text }) => notes.push(`${kind}: ${text}`));
  return notes;
}

test('what a file has more than is seen of it is said, and what becomes of it', async () => {
  const dark = /^range: its values go up to 4\d{3} of 65535, so it is seen at 6\.\d % of full brightness/;
  assert.match((await notesOf('gray12in16.png')).join('\n'), dark);
  assert.deepEqual(await notesOf('bands4.tif'), [
    'bands: it has 4 bands, of which only the first, as grey, is seen',
  ]);
  assert.deepEqual(await notesOf('rgb_and_infrared.tif'), [
    'bands: it has 4 bands, of which the fourth is taken for opacity',
  ]);
  assert.deepEqual(await notesOf('two_frames.gif'), [
    'pages: it has 2 pages or frames, of which the first is seen',
  ]);
  for (const usual of [
    'rgb.png',
    'rgba.png',
    'gray16.png',
    'rgb16.png',
    'gray12.pgm',
    'cmyk.jpg',
    'gray_alpha.png',
  ])
    assert.deepEqual(await notesOf(usual), [], usual);
});

test('16 bits of a PGM stay 16 where 16 are asked for', async () => {
  const { data } = await decodeDeepImage(join(fixtures, 'gray12.pgm'), 'gray12.pgm', { depth: 16 });
  assert.ok(data instanceof Uint16Array);
  const stored = readFileSync(join(fixtures, 'gray12.pgm'));
  const first = stored.readUInt16BE(stored.length - 2 * (data.length / 3));
  assert.equal(data[0], Math.round((first * 65535) / 4095));
});

test('a damaged PPM or PGM is refused, whatever its header says', async () => {
  const ppm = readFileSync(join(fixtures, 'rgb.ppm'));
  const head = (text: string) => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(12)]);
  const cases: Record<string, [Uint8Array, RegExp]> = {
    'cut.ppm': [ppm.subarray(0, ppm.length - 1), /pixels are cut short/],
    'cutHead.ppm': [Buffer.from('P6 2 # 2 255'), /cut short/],
    'word.ppm': [head('P6 two 2 255 '), /something else where a number belongs/],
    'flat.ppm': [head('P6 0 2 255 '), /of 0x2 pixels/],
    'deep.ppm': [head('P6 2 2 65536 '), /above 65535/],
    'dark.ppm': [head('P6 2 2 0 '), /up to 0/],
    'huge.ppm': [head('P6 60000 60000 255 '), /cut short/],
    'hugePlain.ppm': [head('P3 60000 60000 255 '), /cut short/],
    'wide.ppm': [head('P6 99999999999999999999 1 255 '), /above 67108864/],
    'bright.pgm': [Buffer.from('P5 2 1 100 \x64\x65', 'latin1'), /the value 101 above its maximum 100/],
    'brightPlain.pgm': [Buffer.from('P2 2 1 100 100 101'), /above 100/],
    'fewPlain.pgm': [Buffer.from('P2 2 2 100 1 2 3      '), /cut short/],
    'noNumber.pgm': [Buffer.from('P2 2 2 100 1 2 3 x'), /something else/],
  };
  for (const [name, [content, reason]] of Object.entries(cases)) {
    await assert.rejects(decodeImage(write(name, content)), (error) => {
      assert.ok(error instanceof BadImageError, `${name}: ${error}`);
      assert.match(error.message, reason, name);
      return true;
    });
  }
});

test('comments in a PGM end with their line, also in the middle of its numbers', async () => {
  const { width, height, data } = await decodeImage(
    write('comments.pgm', 'P2#a\n2 # 7 7\n1\n#b\n255 # c\n0 #5\n9\n'),
  );
  assert.deepEqual([width, height, ...data], [2, 1, 0, 0, 0, 9, 9, 9]);
});

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
