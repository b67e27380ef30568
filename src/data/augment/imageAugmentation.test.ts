import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import { temporaryFolder } from '../../../test/tinyRun.js';
import { bytes } from '../batch/sideFormat.js';
import { ImageReader } from '../cache/imageReader.js';
import { AlignedSource } from '../pair/alignedSource.js';
import { findPairs } from '../pair/pairs.js';
import { colourJitter } from './colourJitter.js';
import { applyCutout } from './cutout.js';
import { imageAugmentation } from './imageAugmentation.js';
import { transformImage } from './transform.js';

const ALL = { isTrain: true, rotate: 10, colorJitter: 0.4, photoSide: 'A', cutout: 9 } as const;

test('an augmentation is a function of seed, epoch and index, and no flag changes what another draws', () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.nat(1000), fc.nat(1000), (seed, epoch, index) => {
      const all = imageAugmentation(ALL, seed, epoch, index);
      assert.deepEqual(imageAugmentation(ALL, seed, epoch, index), all);
      assert.ok(Math.abs(all.angle!) <= 10);
      assert.deepEqual(imageAugmentation({ ...ALL, rotate: 0, colorJitter: 0 }, seed, epoch, index), {
        ...{ angle: undefined, colour: undefined, cutout: all.cutout },
      });
      assert.deepEqual(imageAugmentation({ ...ALL, isTrain: false }, seed, epoch, index), {});
    }),
  );
  assert.notDeepEqual(imageAugmentation(ALL, 1, 1, 1), imageAugmentation(ALL, 1, 1, 2));
});

test('hue, saturation, contrast and brightness are those of the Filter Effects Module', () => {
  const as = { brightness: 1, contrast: 1, saturation: 1, hue: 0 };
  const close = (change: ReturnType<typeof colourJitter>, matrix: number[][], offset = 0) => {
    for (const [i, row] of matrix.entries())
      for (const [j, entry] of row.entries()) assert.ok(Math.abs(change.matrix[i][j] - entry) < 1e-9);
    assert.ok(Math.abs(change.offset - offset) < 1e-9);
  };
  // hueRotate(90), saturate(0.5), contrast(0.5) and brightness(2), written out from the specification
  close(colourJitter({ ...as, hue: 90 }), [
    [0.0, 0.0, 1.0],
    [0.356, 0.855, -0.211],
    [-0.574, 1.43, 0.144],
  ]);
  close(colourJitter({ ...as, saturation: 0.5 }), [
    [0.213 + 0.787 * 0.5, 0.715 - 0.715 * 0.5, 0.072 - 0.072 * 0.5],
    [0.213 - 0.213 * 0.5, 0.715 + 0.285 * 0.5, 0.072 - 0.072 * 0.5],
    [0.213 - 0.213 * 0.5, 0.715 - 0.715 * 0.5, 0.072 + 0.928 * 0.5],
  ]);
  const diagonal = (x: number) => [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? x : 0)));
  close(colourJitter({ ...as, contrast: 0.5 }), diagonal(0.5), 255 * 0.25);
  close(colourJitter({ ...as, brightness: 2 }), diagonal(2));
});

test('a turned picture shows what lies there, to within a pixel', async () => {
  for (const [width, height, degrees] of [
    [100, 60, 10],
    [64, 64, -25],
    [51, 90, 90],
    [80, 80, 179],
  ]) {
    // red counts columns, green rows: every pixel tells where it is from
    const data = new Uint8Array(width * height * 3);
    for (let i = 0; i < width * height; i++) {
      data[i * 3] = 2 * (i % width);
      data[i * 3 + 1] = 2 * Math.floor(i / width);
    }
    const size = { width, height };
    const geometry = { resized: size, crop: undefined, output: size, flip: false, angle: degrees };
    const turned = await transformImage({ data, ...size }, { left: 0, top: 0, ...size }, geometry, 3);
    assert.equal(turned.length, data.length);
    const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
    let compared = 0;
    for (let i = 0; i < width * height; i++) {
      const [x, y] = [(i % width) - middleX, Math.floor(i / width) - middleY];
      const [fromX, fromY] = [cosine * x + sine * y + middleX, -sine * x + cosine * y + middleY];
      if (fromX < 3 || fromY < 3 || fromX > width - 4 || fromY > height - 4) continue; // near a mirrored margin
      compared++;
      assert.ok(Math.abs(turned[i * 3] / 2 - fromX) <= 1.5, `${width}×${height} by ${degrees}°: column`);
      assert.ok(Math.abs(turned[i * 3 + 1] / 2 - fromY) <= 1.5, `${width}×${height} by ${degrees}°: row`);
    }
    assert.ok(compared > (width * height) / 4);
  }
});

test('a cutout is a square, as far as it lies within the border', () => {
  const image = {
    data: new Uint8Array(10 * 8 * 3),
    shape: [1, 8, 10, 3] as [number, number, number, number],
  };
  applyCutout(image, { x: 0.95, y: 0.5, side: 4 }); // its middle is column 9, row 4
  const grey = [...image.data.keys()].filter((i) => image.data[i] === 128);
  const places = new Set(grey.map((i) => `${Math.floor(i / 3) % 10},${Math.floor(i / 30)}`));
  const expected = [7, 8, 9].flatMap((x) => [2, 3, 4, 5].map((y) => `${x},${y}`));
  assert.deepEqual([...places].sort(), expected.sort());
  assert.equal(grey.length, expected.length * 3);
});

test('both sides turn alike; only the photograph changes colour, only the input is cut out', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'train'), { recursive: true });
  const noise = await sharp({
    create: {
      width: 40,
      height: 40,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  })
    .raw()
    .toBuffer();
  const side = await sharp(noise, { raw: { width: 40, height: 40, channels: 3 } })
    .png()
    .toBuffer();
  const twin = await sharp({ create: { width: 80, height: 40, channels: 3, background: '#000' } })
    .composite([
      { input: side, left: 0, top: 0 },
      { input: side, left: 40, top: 0 },
    ])
    .png()
    .toBuffer();
  writeFileSync(join(folder, 'train', 'pair.png'), twin);
  const pairs = await findPairs(folder, 'train');
  const plain = {
    preprocess: 'resize_and_crop',
    loadSize: 36,
    cropSize: 32,
    noFlip: false,
    isTrain: true,
  } as const;
  const get = (more: object) => {
    const formats = { A: bytes(3), B: bytes(3) };
    const opt = { ...plain, direction: 'AtoB', formats, ...more } as const;
    return new AlignedSource(opt, pairs, new ImageReader()).get(0, { epoch: 1, seed: 3 });
  };
  const [untouched, turned] = [await get({}), await get({ rotate: 30 })];
  assert.deepEqual(turned.A.data, turned.B.data);
  assert.notDeepEqual(turned.A.data, untouched.A.data);
  const coloured = await get({ colorJitter: 0.5, photoSide: 'B' });
  assert.deepEqual(coloured.A.data, untouched.A.data);
  assert.notDeepEqual(coloured.B.data, untouched.B.data);
  const cut = await get({ cutout: 8, direction: 'BtoA' });
  assert.deepEqual(cut.A.data, untouched.A.data);
  assert.notDeepEqual(cut.B.data, untouched.B.data);
});
