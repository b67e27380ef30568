import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import { temporaryFolder } from '../../../test/tinyRun.js';
import type { Region } from '../batch/pixels.js';
import { type OpenImageFile, openImageFile } from '../decode/imageFile.js';
import { npyParts } from './npyParts.js';
import { openRaster } from './openRaster.js';
import type { Raster } from './raster.js';
import { readRaster } from './readRaster.js';
import { tiffParts } from './readTiff.js';
import { writeNpy } from './writeNpy.js';
import { writeTiff } from './writeTiff.js';

const fixtures = join(import.meta.dirname, '../../../../test/fixtures/numbers');
const folder = temporaryFolder();

/** What NumPy and tifffile read from the files: see make.py. */
interface Expected {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly values: readonly number[];
}
const { files } = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as {
  files: Readonly<Record<string, Expected>>;
};

/** A part of an image of this size. */
const regions = ({ width, height }: { readonly width: number; readonly height: number }) =>
  fc
    .record({ left: fc.nat(width - 1), top: fc.nat(height - 1), w: fc.nat(), h: fc.nat() })
    .map(({ left, top, w, h }): Region => {
      return { left, top, width: 1 + (w % (width - left)), height: 1 + (h % (height - top)) };
    });

function partOf({ width, channels, values }: Expected, { left, top, width: w, height: h }: Region): number[] {
  return Array.from({ length: h }, (_, y) => {
    const from = ((top + y) * width + left) * channels;
    return values.slice(from, from + w * channels);
  }).flat();
}

for (const name of Object.keys(files).filter((name) => /\.(npy|tif)$/.test(name))) {
  test(`${name}: any part is what NumPy or tifffile has there`, async () => {
    const expected = files[name];
    const opened = (await openRaster(join(fixtures, name)))!;
    const { palette, noData, bits, tags } = await readRaster(join(fixtures, name), name);
    await fc.assert(
      fc.asyncProperty(regions(expected), async (place) => {
        const part = await opened.read(place);
        assert.deepEqual([...part.data], partOf(expected, place));
        assert.deepEqual(
          [part.width, part.height, part.channels],
          [place.width, place.height, expected.channels],
        );
        assert.deepEqual(
          [part.palette, part.noData, part.bits, part.tags ?? []],
          [palette, noData, bits, tags ?? []],
        );
      }),
      { numRuns: 10 },
    );
    await opened.close();
  });
}

test('parts of tiles and of strips that libtiff has packed', async () => {
  const [width, height] = [70, 52];
  const values = Array.from({ length: width * height * 3 }, (_, i) => (i * i + 7 * i) % 251);
  const image = sharp(Uint8Array.from(values), { raw: { width, height, channels: 3 } });
  const path = join(folder, 'libtiff.tif');
  for (const tile of [true, false]) {
    await image.clone().tiff({ tile, tileWidth: 16, tileHeight: 32, compression: 'lzw' }).toFile(path);
    const opened = (await openRaster(path))!;
    await fc.assert(
      fc.asyncProperty(regions({ width, height }), async (place) => {
        const { data } = await opened.read(place);
        assert.deepEqual([...data], partOf({ width, height, channels: 3, values }, place));
      }),
      { numRuns: 15 },
    );
    await opened.close();
  }
});

/** A file that tells how many bytes of it are read. */
async function counted(
  name: string,
  bytes: Uint8Array,
): Promise<OpenImageFile & { read: unknown; bytes: number }> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const file = await openImageFile(path);
  const counting = {
    ...{ length: file.length, bytes: 0, close: file.close },
    read: (at: number, length: number) => {
      const read = file.read(at, length);
      counting.bytes += read.length;
      return read;
    },
  };
  return counting;
}

test('a part needs no more of the file than its own rows', async () => {
  const [width, height, channels] = [1024, 1024, 5];
  const raster: Raster = { data: new Float32Array(width * height * channels), width, height, channels };
  for (const [i] of raster.data.entries()) raster.data[i] = i % 1021;
  const place = { left: 500, top: 700, width: 8, height: 8 };
  const expected = partOf({ width, height, channels, values: Array.from(raster.data) }, place);

  const npy = await counted('large.npy', writeNpy(raster));
  const fromNpy = npyParts('large.npy', npy);
  const header = npy.bytes;
  assert.ok(header <= 0x10010);
  assert.deepEqual([...(await fromNpy.read(place)).data], expected);
  assert.equal(npy.bytes - header, 8 * 8 * channels * 4);

  const tiff = await counted('large.tif', writeTiff(raster)); // of a single strip, 20 MB
  const fromTiff = (await tiffParts('large.tif', tiff))!;
  assert.deepEqual([...(await fromTiff.read(place)).data], expected);
  assert.ok(tiff.bytes < 3e6, `${tiff.bytes} bytes`);
  for (const file of [npy, tiff]) file.close();
});

test('what is truncated, pickled or none of these is told as of whole files', async () => {
  const cut = (name: string, bytes: number) => {
    const path = join(folder, name);
    writeFileSync(path, readFileSync(join(fixtures, name)).subarray(0, -bytes));
    return path;
  };
  const refused: [string, RegExp][] = [
    [cut('five.npy', 1), /truncated/],
    [cut('f4_5.tif', 8), /cannot be decoded/],
    [cut('u1_1.tif', 3), /cannot be decoded/],
    [join(fixtures, 'pickled.npy'), /pickled/],
    [join(fixtures, 'beyond.npy'), /2\^53/],
  ];
  for (const [path, pattern] of refused) {
    const whole = async () => {
      const opened = (await openRaster(path))!;
      await opened.read({ left: 0, top: 0, width: opened.width, height: opened.height });
    };
    await assert.rejects(whole, (error: Error) => {
      assert.match(error.message, pattern);
      assert.match(error.message, new RegExp(`file +.*${path.split('/').at(-1)}`));
      return true;
    });
  }
  for (const name of readdirSync(fixtures).filter((name) => /\.(png|hdr)$/.test(name)))
    assert.equal(await openRaster(join(fixtures, name)), undefined);
});
