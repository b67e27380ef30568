import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { preprocessModes } from '../../options/baseOptions.js';
import { pixelSize, sidesOf } from '../../options/pixelSize.js';
import { augmentation, type GeometryOptions, planGeometry } from './geometry.js';

const fixtures = join(import.meta.dirname, '../../../../test/fixtures/images');
const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8'));

const none = { cropX: 0, cropY: 0, flip: false };
const options: GeometryOptions = {
  preprocess: 'resize_and_crop',
  loadSize: 286,
  cropSize: 256,
  noFlip: false,
  isTrain: true,
};

const side = fc.integer({ min: 4, max: 400 });
/** Squares as often as others. */
const anyPixelSize = fc.oneof(side, fc.record({ width: side, height: side }).map(pixelSize));
const anyOptions = fc
  .record({
    preprocess: fc.constantFrom(...preprocessModes),
    loadSize: anyPixelSize,
    cropSize: anyPixelSize,
    noFlip: fc.boolean(),
    isTrain: fc.boolean(),
  })
  .filter(({ loadSize, cropSize }) => {
    const [load, crop] = [sidesOf(loadSize), sidesOf(cropSize)];
    return load.width >= crop.width && load.height >= crop.height;
  });
const anySize = fc.record({
  width: fc.integer({ min: 4, max: 900 }),
  height: fc.integer({ min: 4, max: 900 }),
});
const anyPlace = fc.tuple(
  fc.maxSafeInteger(),
  fc.integer({ min: 0, max: 5000 }),
  fc.integer({ min: 0, max: 1e6 }),
);

test('sizes round as Python rounds them', () => {
  for (const { from, none: rounded, scale_width: scaled } of expected.sizes) {
    const [width, height, loadSize, cropSize] = from;
    const plan = (preprocess: GeometryOptions['preprocess']) =>
      planGeometry({ ...options, preprocess, loadSize, cropSize }, { width, height }, none).resized;
    assert.deepEqual(Object.values(plan('none')), rounded, `none: ${from}`);
    assert.deepEqual(Object.values(plan('scale_width')), scaled, `scale_width: ${from}`);
    assert.deepEqual(Object.values(plan('scale_width_and_crop')), scaled, `scale_width_and_crop: ${from}`);
    assert.deepEqual(plan('crop'), { width, height });
    assert.deepEqual(plan('resize_and_crop'), { width: loadSize, height: loadSize });
  }
});

test('images that are not square are scaled, and cut, to width by height', () => {
  const wide: GeometryOptions = { ...options, loadSize: '572x286', cropSize: '512x256' };
  const at = { cropX: 60, cropY: 30, flip: true };
  assert.deepEqual(planGeometry(wide, { width: 1200, height: 600 }, at), {
    resized: { width: 572, height: 286 },
    crop: { left: 60, top: 30 },
    output: { width: 512, height: 256 },
    flip: true,
  });
  const scaled: GeometryOptions = { ...wide, preprocess: 'scale_width_and_crop', loadSize: 600 };
  assert.deepEqual(planGeometry(scaled, { width: 1200, height: 600 }, none).resized, {
    width: 600,
    height: 300,
  });
  // pulled to the height of the crop, as a square one is
  assert.deepEqual(planGeometry(scaled, { width: 1200, height: 400 }, none).resized, {
    width: 600,
    height: 256,
  });
  const places = Array.from({ length: 400 }, (_, i) => augmentation(wide, 3, 1, i, { width: 9, height: 9 }));
  assert.equal(Math.max(...places.map(({ cropX }) => cropX)), 60);
  assert.equal(Math.max(...places.map(({ cropY }) => cropY)), 30);
});

test('a crop lies inside the image along every side that is long enough, and begins at 0 along others', () => {
  fc.assert(
    fc.property(anyOptions, anySize, anyPlace, (opt, size, [seed, epoch, index]) => {
      const { crop, resized, output } = planGeometry(opt, size, augmentation(opt, seed, epoch, index, size));
      const window = sidesOf(opt.cropSize);
      if (crop === undefined) {
        assert.deepEqual(output, resized);
        assert.ok(
          !opt.preprocess.includes('crop') ||
            (resized.width <= window.width && resized.height <= window.height),
        );
        return;
      }
      assert.deepEqual(output, window);
      for (const [start, side, cut] of [
        [crop.left, resized.width, window.width],
        [crop.top, resized.height, window.height],
      ]) {
        assert.ok(start >= 0);
        assert.ok(side >= cut ? start + cut <= side : start === 0);
      }
    }),
  );
});

test('an augmentation depends on (seed, epoch, index) and on nothing that went before', () => {
  fc.assert(
    fc.property(anyOptions, anySize, anyPlace, (opt, size, [seed, epoch, index]) => {
      const once = augmentation(opt, seed, epoch, index, size);
      augmentation(opt, seed, epoch, index + 1, size);
      assert.deepEqual(augmentation(opt, seed, epoch, index, size), once);
      assert.deepEqual(augmentation({ ...opt, noFlip: true }, seed, epoch, index, size), {
        ...once,
        flip: false,
      });
    }),
  );
});

test('other seeds, epochs and images are augmented otherwise', () => {
  const size = { width: 600, height: 600 };
  const key = (seed: number, epoch: number, index: number): string =>
    JSON.stringify(augmentation({ ...options, loadSize: 4000 }, seed, epoch, index, size));
  const keys = [key(1, 1, 0), key(2, 1, 0), key(1, 2, 0), key(1, 1, 1), key(1, 0, 1)];
  assert.equal(new Set(keys).size, keys.length);
});

test('crops are uniform over all 31 places, and half of the images are mirrored', () => {
  const count = 31 * 400;
  const counts = new Array<number>(31).fill(0);
  let flips = 0;
  for (let index = 0; index < count; index++) {
    const { cropX, cropY, flip } = augmentation(options, 3, 1, index, { width: 9, height: 9 });
    counts[cropX]++;
    assert.ok(cropY >= 0 && cropY <= 30);
    if (flip) flips++;
  }
  // chi-squared with 30 degrees of freedom: above 70.5 by chance in 4 of 100,000 draws
  const chiSquared = counts.reduce((sum, seen) => sum + (seen - 400) ** 2 / 400, 0);
  assert.ok(chiSquared < 70.5, `chi-squared ${chiSquared}`);
  assert.ok(Math.abs(flips - count / 2) < 4.5 * Math.sqrt(count / 4), `${flips} of ${count} mirrored`);
});

test('nothing is mirrored at test time', () => {
  for (let index = 0; index < 64; index++) {
    assert.equal(
      augmentation({ ...options, isTrain: false }, 1, 1, index, { width: 8, height: 8 }).flip,
      false,
    );
  }
});
