import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { temporaryFolder } from '../../../test/tinyRun.js';
import { BadImageError } from '../decode/badImage.js';
import { decodeImage } from '../decode/decode.js';
import { type Raster, rangeOfType } from './raster.js';
import { readRaster, readRasterHeader } from './readRaster.js';
import { toValues } from './toPixels.js';
import { writeNpy } from './writeNpy.js';
import { writeTiff } from './writeTiff.js';

const fixtures = join(import.meta.dirname, '../../../../test/fixtures/numbers');

/** What NumPy, tifffile and PIL read from the files: see make.py. */
interface Expected {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly values: readonly number[];
  readonly palette?: readonly number[];
  readonly noData?: number;
  readonly tags?: Readonly<Record<string, unknown>>;
}
const { files } = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as {
  files: Readonly<Record<string, Expected>>;
};

const fixture = (name: string) => readRaster(join(fixtures, name), name);

test('files of numbers are what NumPy, tifffile and PIL read', async () => {
  for (const [name, { width, height, channels, values, ...more }] of Object.entries(files)) {
    const { data, palette, noData, tags, ...read } = await fixture(name);
    const { hasAlpha: _, bits: __, ...size } = read;
    assert.deepEqual(size, { width, height, channels }, name);
    assert.deepEqual([...data], values, name);
    assert.equal(noData, more.noData, name);
    assert.deepEqual(palette && [...palette.subarray(0, 6)], more.palette, name);
    const found = Object.fromEntries((tags ?? []).map(({ code, value }) => [code, withoutNull(value)]));
    assert.deepEqual(found, more.tags ?? {}, name);
    const header = await readRasterHeader(join(fixtures, name));
    assert.deepEqual([header.width, header.height, header.channels], [width, height, channels], name);
  }
});

const withoutNull = (value: string | readonly number[]) =>
  typeof value === 'string' ? value.replace(/\0$/, '') : [...value];

test('what is written as .npy is what NumPy writes', async () => {
  const names = ['u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'f4', 'f8', 'five'];
  for (const name of names.map((type) => `${type}.npy`)) {
    assert.deepEqual(writeNpy(await fixture(name)), readFileSync(join(fixtures, name)), name);
  }
});

test('what is written as TIFF is read alike, with its tags', async () => {
  const types = ['u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'f4', 'f8'];
  for (const name of [...types.flatMap((type) => [`${type}_1.tif`, `${type}_5.tif`]), 'place.tif']) {
    const raster = await fixture(name);
    const again = await readRaster(writeTiff(raster), name);
    assert.deepEqual(again.data, raster.data, name);
    assert.deepEqual(again.tags, raster.tags, name);
  }
});

test('libtiff reads the TIFF of one channel', async () => {
  for (const name of ['u2_1.tif', 'f4_1.tif']) {
    const raster = await fixture(name);
    const isFloat = raster.data instanceof Float32Array;
    const { data } = await sharp(writeTiff(raster))
      .toColourspace(isFloat ? 'b-w' : 'grey16')
      .metadata()
      .then((header) => ({ data: header }));
    assert.deepEqual([data.width, data.height, data.channels], [raster.width, raster.height, 1]);
    assert.equal(data.depth, isFloat ? 'float' : 'ushort');
  }
});

test('what cannot be used is refused by name', async () => {
  const folder = temporaryFolder();
  const cut = (name: string, bytes: number) => {
    const path = join(folder, name);
    writeFileSync(path, readFileSync(join(fixtures, name)).subarray(0, -bytes));
    return path;
  };
  const huge = (shape: string) => {
    const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }\n`;
    const length = Buffer.alloc(2);
    length.writeUInt16LE(text.length);
    const path = join(folder, `${shape.length}.npy`);
    writeFileSync(
      path,
      Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(text)]),
    );
    return path;
  };
  const refused: [string, RegExp][] = [
    [join(fixtures, 'pickled.npy'), /pickled/],
    [join(fixtures, 'complex.npy'), /no numbers/],
    [join(fixtures, 'four.npy'), /shape is \(2, 2, 2, 2\)/],
    [join(fixtures, 'beyond.npy'), /2\^53/],
    [cut('five.npy', 1), /truncated/],
    [cut('plain.hdr', 1), /truncated/],
    [cut('f4_5.tif', 8), /cannot be decoded/],
    [cut('grey16.png', 20), /cannot be decoded/],
    [huge('(1000000, 1000000)'), /more than/],
    [huge('(30000, 5000, 5000)'), /more than/],
  ];
  for (const [path, pattern] of refused) {
    await assert.rejects(readRaster(path, path), (error) => {
      assert.ok(error instanceof BadImageError, `${path}: ${error}`);
      assert.match(error.message, pattern);
      assert.equal(error.file, path);
      return true;
    });
  }
});

test('numbers of fewer bits than a byte reach as far as libvips shows them: white is white', async () => {
  const [width, height] = [9, 5];
  for (const bits of [1, 2, 4] as const) {
    const numbers = Uint8Array.from({ length: width * height }, (_, i) => (i * 5) % 2 ** bits);
    const rows = Array.from({ length: height }, (_, y) => {
      const text = [...numbers.subarray(y * width, (y + 1) * width)]
        .map((number) => number.toString(2).padStart(bits, '0'))
        .join('');
      return [0, ...text.match(/.{1,8}/g)!.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2))];
    });
    const header = Buffer.from([0, 0, 0, width, 0, 0, 0, height, bits, 0, 0, 0, 0]);
    const file = png(header, chunk('IDAT', deflateSync(Buffer.from(rows.flat()))));
    const raster = await readRaster(file, 'grey.png');
    assert.deepEqual([...raster.data], [...numbers]); // as they are: labels are numbers of classes
    const levels = await sharp(file).toColourspace('b-w').raw().toBuffer();
    const format = { kind: 'values', channels: 1, filter: 'bicubic', flag: '--input_nc' } as const;
    const { data } = toValues({ name: 'grey.png', raster }, format, 0);
    for (const [i, level] of levels.entries())
      assert.ok(Math.abs((data[i] + 1) * 127.5 - level) < 1e-3, `${bits} bits: ${data[i]}, ${level}`);
  }
});

test('a TIFF of 12 bits reaches to 4095', async () => {
  const raster = await fixture('u12.tif');
  assert.equal(raster.bits, 12);
  assert.deepEqual(rangeOfType(raster), [0, 4095]);
});

/** A chunk of a PNG. */
function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function png(header: Buffer, ...chunks: Buffer[]): Buffer {
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), ...chunks, chunk('IEND', Buffer.alloc(0))]);
}

test('a PNG that inflates to more than its header says is refused before it does', async () => {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const bomb = deflateSync(Buffer.alloc(64 * 2 ** 20));
  await assert.rejects(readRaster(png(header, chunk('IDAT', bomb)), 'bomb.png'), /larger than/);
  const profile = Buffer.concat([Buffer.from('x\0\0', 'latin1'), bomb]);
  const { data } = await readRaster(
    png(header, chunk('iCCP', profile), chunk('IDAT', deflateSync(Buffer.of(0, 7)))),
    'one.png',
  );
  assert.deepEqual([...data], [7]);
});

test('colours of a TIFF that are no red, green and blue are decoded as those of pictures', async () => {
  const data = Uint8Array.from({ length: 32 * 16 * 3 }, (_, i) => (i * 37) % 256);
  const picture = sharp(data, { raw: { width: 32, height: 16, channels: 3 } });
  const files = {
    cmyk: await picture.clone().toColourspace('cmyk').tiff({ compression: 'deflate' }).toBuffer(),
    jpeg: await picture.clone().tiff({ compression: 'jpeg', quality: 90 }).toBuffer(),
  };
  for (const [name, file] of Object.entries(files)) {
    const path = join(temporaryFolder(), `${name}.tif`);
    writeFileSync(path, file);
    const [{ data, channels, width, height }, wanted] = [
      await readRaster(path, name),
      await decodeImage(path),
    ];
    assert.deepEqual([channels, width, height], [3, 32, 16], name);
    assert.deepEqual([...data], [...wanted.data], name);
    assert.equal((await readRasterHeader(path)).channels, 3, name);
  }
  const lab = await picture.toColourspace('lab').tiff({ compression: 'lzw' }).toBuffer();
  await assert.rejects(readRaster(lab, 'lab.tif'), /colours are L\*a\*b\*/);
});

test('a TIFF whose last page leads to its first comes to an end', async () => {
  const file = writeTiff({ data: Uint8Array.of(1, 2), width: 2, height: 1, channels: 1 });
  const entries = file.readUInt16LE(8);
  file.writeUInt32LE(8, 10 + 12 * entries);
  const { channels } = await readRaster(file, 'ring.tif');
  assert.ok(channels <= 1024);
});

test('a TIFF says which number stands for none, NaN too; what is no number says nothing', async () => {
  const noDataOf = async (text: string) => {
    const tags = [{ code: 42113, value: text, type: 'ascii' as const }];
    const file = writeTiff({ data: Float32Array.of(1, Number.NaN), width: 2, height: 1, channels: 1, tags });
    return (await readRaster(file, 'place.tif')).noData;
  };
  assert.equal(await noDataOf('-9999'), -9999);
  assert.ok(Number.isNaN(await noDataOf('nan')));
  assert.equal(await noDataOf('none'), undefined);
});

test('a TIFF keeps the number that stands for none where numbers of its type can be it', async () => {
  // as numpy.array(number, dtype) holds it: of floats any of their range, of integers itself
  const cases: [string, Raster['data'], boolean][] = [
    ['-9999', new Uint16Array(1), false],
    ['-9999', new Uint8Array(1), false],
    ['-9999', new Int16Array(1), true],
    ['-9999', new Float32Array(1), true],
    ['65535', new Uint16Array(1), true],
    ['65536', new Uint16Array(1), false],
    ['0.5', new Int32Array(1), false],
    ['255 ', new Uint8Array(1), true],
    ['nan', new Uint16Array(1), false],
    ['nan', new Float32Array(1), true],
    ['-3.4028234663852886e+38', new Float32Array(1), true],
    ['-3.4e+38', new Float32Array(1), true],
    ['-1.7976931348623157e+308', new Float32Array(1), false],
    ['-1.7976931348623157e+308', new Float64Array(1), true],
    ['none', new Float32Array(1), false],
  ];
  for (const [value, data, isKept] of cases) {
    const tags = [{ code: 42113, value, type: 'ascii' as const }];
    const file = writeTiff({ data, width: 1, height: 1, channels: 1, tags });
    const { tags: found } = await readRaster(file, 'place.tif');
    assert.equal(found!.length === 1, isKept, `${value} as ${data.constructor.name}`);
  }
});

test('opacity is a channel that is known as one', async () => {
  const rgba: Raster = {
    data: Uint8Array.from({ length: 48 }, (_, i) => i * 5),
    width: 4,
    height: 3,
    channels: 4,
  };
  const png = await sharp(rgba.data, { raw: { width: 4, height: 3, channels: 4 } })
    .png()
    .toBuffer();
  const { data, hasAlpha } = await readRaster(png, 'rgba.png');
  assert.deepEqual([...data], [...rgba.data]);
  assert.equal(hasAlpha, true);
});

test('a TIFF that is cut off is told to be, in any of its parts', async () => {
  const whole = readFileSync(join(fixtures, 'f4_5.tif'));
  for (let length = 9; length < whole.length; length += 40) {
    const read = readRaster(whole.subarray(0, length), 'cut.tif');
    await assert.rejects(read, (error: BadImageError) => {
      assert.doesNotMatch(error.message, /DataView|undefined|offset/i, `${length} of ${whole.length} bytes`);
      return error instanceof BadImageError;
    });
  }
});
