import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import type { GeoTIFFImage } from 'geotiff';
import sharp from 'sharp';
import { BadImageError } from '../decode/badImage.js';
import { readRaster } from './readRaster.js';
import { requireBounded } from './tiffBlocks.js';
import { writeTiff } from './writeTiff.js';

/** A TIFF of 4 × 4 bytes whose entries are others, and its one strip. */
function forged(entries: Readonly<Record<number, number>>, strip: Uint8Array): Buffer {
  const file = writeTiff({ data: new Uint8Array(16), width: 4, height: 4, channels: 1 });
  const [count, all] = [file.readUInt16LE(8), { ...entries, 279: strip.length }];
  const tags = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [file.readUInt16LE(10 + 12 * i), 18 + 12 * i]),
  );
  for (const [tag, value] of Object.entries(all)) file.writeUInt32LE(value, tags[tag]);
  return Buffer.concat([file.subarray(0, file.length - 16), strip]);
}

/** Codes of nine bits each: of one byte, and then of strings that grow by it. */
function lzwBomb(codes: number): Uint8Array {
  const bits = [256, 7, ...Array.from({ length: codes }, (_, i) => 258 + i)];
  const text = bits.map((code) => code.toString(2).padStart(9, '0')).join('');
  return Uint8Array.from(text.match(/.{1,8}/g)!, (byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
}

test('a TIFF that comes to more than its tags say is refused, whatever packs it', async () => {
  const bombs: [number, Uint8Array][] = [
    [8, deflateSync(Buffer.alloc(64 * 2 ** 20))],
    [32946, deflateSync(Buffer.alloc(17))],
    [5, lzwBomb(100)],
    [32773, Uint8Array.of(256 - 100, 7)],
    [50000, zstandardBomb()],
  ];
  for (const [compression, strip] of bombs)
    await assert.rejects(readRaster(forged({ 259: compression }, strip), 'bomb.tif'), (error) => {
      assert.ok(error instanceof BadImageError);
      assert.match(error.reason, /larger than/, `${compression}`);
      return true;
    });
});

/** A frame of one block, 64 MB of one byte. */
function zstandardBomb(): Uint8Array {
  const block = (size: number, isLast: boolean) => {
    const header = (size << 3) | (1 << 1) | Number(isLast); // a run of one byte
    return [header & 255, (header >> 8) & 255, header >> 16, 0];
  };
  const blocks = Array.from({ length: 512 }, (_, i) => block(128 * 1024, i === 511)).flat();
  // magic number; no size, a window of 8 MB
  return Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 13 << 3, ...blocks]);
}

test('tags that say more than can be read are refused before anything is', async () => {
  const refused: [Readonly<Record<number, number>>, RegExp][] = [
    [{ 256: 12000, 257: 12000, 277: 65535 }, /more than/],
    [{ 257: 1e6, 278: 1 }, /its tags say 1000000 tiles of 4x1 pixels/],
    [{ 258: 0 }, /its tags say/],
    [{ 259: 34887 }, /its compression, number 34887, is not read/],
  ];
  for (const [entries, pattern] of refused)
    await assert.rejects(readRaster(forged(entries, new Uint8Array(16)), 'huge.tif'), pattern);
});

test('tiles that are larger than the image count as large as they are', () => {
  const page = (side: number): GeoTIFFImage =>
    ({
      ...{ planarConfiguration: 1, getTileWidth: () => side, getTileHeight: () => side },
      ...{ getWidth: () => 1, getHeight: () => 1 },
      fileDirectory: { getValue: () => [64] },
    }) as unknown as GeoTIFFImage;
  requireBounded('x.tif', [page(16384)]);
  assert.throws(() => requireBounded('x.tif', [page(16385)]), /tiles of 2147745800 bytes in all, more than/);
});

test('what libtiff packs is unpacked', async () => {
  const images = fc.record({
    width: fc.integer({ min: 1, max: 90 }),
    height: fc.integer({ min: 1, max: 60 }),
    levels: fc.constantFrom(1, 2, 7, 256),
    compression: fc.constantFrom('lzw' as const, 'deflate' as const, 'packbits' as const),
    predictor: fc.constantFrom('none' as const, 'horizontal' as const),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(images, async ({ width, height, levels, compression, predictor, seed }) => {
      const data = Uint8Array.from(
        { length: width * height },
        (_, i) => (Math.imul(i * i + seed, 2654435761) >>> 16) % levels,
      );
      const file = await sharp(data, { raw: { width, height, channels: 1 } })
        .toColourspace('b-w')
        .tiff({ compression, predictor: compression === 'packbits' ? 'none' : predictor })
        .toBuffer();
      assert.deepEqual([...(await readRaster(file, 'x.tif')).data], [...data]);
    }),
    { numRuns: 40 },
  );
});
