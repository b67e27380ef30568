import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ImageBatch } from '../batch/imageBatch.js';
import { type ImageMetrics, imageMetrics } from './imageMetrics.js';
import { MetricMeans } from './metricMeans.js';

interface Case extends Omit<ImageMetrics, 'psnr' | 'msSsim'> {
  readonly name: string;
  readonly shape: [h: number, w: number, c: number];
  readonly actual: string;
  readonly expected: string;
  /** null is infinite */
  readonly psnr: number | null;
}

/** Images and their metrics by scikit-image; `test/fixtures/metrics.py` makes them. */
const cases: Case[] = JSON.parse(readFileSync('test/fixtures/metrics.json', 'utf8'));

const batch = (shape: readonly [number, number, number], ...images: Uint8Array[]): ImageBatch => ({
  data: Buffer.concat(images),
  shape: [images.length, ...shape],
});

function close(actual: number, expected: number, tolerance: number, name: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${name}: ${actual} is not ${expected} ± ${tolerance}`);
}

for (const { name, shape, actual, expected, ...wanted } of cases) {
  test(`metrics equal scikit-image's: ${name}`, () => {
    const [got] = imageMetrics(
      batch(shape, Buffer.from(actual, 'base64')),
      batch(shape, Buffer.from(expected, 'base64')),
    );
    close(got.l1, wanted.l1, 1e-12, 'l1');
    if (wanted.psnr === null) assert.equal(got.psnr, Number.POSITIVE_INFINITY);
    else close(got.psnr, wanted.psnr, 1e-9, 'psnr');
    close(got.ssim, wanted.ssim, 1e-9, 'ssim');
  });
}

test('each image of a batch has metrics of its own', () => {
  const [first, second] = cases.filter((c) => c.shape.join() === '24,31,3').slice(1, 3);
  const images = (key: 'actual' | 'expected') => [first, second].map((c) => Buffer.from(c[key], 'base64'));
  const got = imageMetrics(
    batch(first.shape, ...images('actual')),
    batch(first.shape, ...images('expected')),
  );
  close(got[0].ssim, first.ssim, 1e-9, 'first');
  close(got[1].ssim, second.ssim, 1e-9, 'second');
  close(got[1].l1, second.l1, 1e-12, 'second');
});

test('metrics are symmetric, bounded, and perfect only for equal images', () => {
  const pair = fc
    .tuple(fc.integer({ min: 11, max: 14 }), fc.integer({ min: 11, max: 14 }), fc.constantFrom(1, 3))
    .chain(([h, w, c]) => {
      const image = fc.uint8Array({ minLength: h * w * c, maxLength: h * w * c });
      return fc.tuple(fc.constant([h, w, c] as const), image, image);
    });
  fc.assert(
    fc.property(pair, ([shape, a, b]) => {
      const [forward] = imageMetrics(batch(shape, a), batch(shape, b));
      const [backward] = imageMetrics(batch(shape, b), batch(shape, a));
      assert.equal(forward.l1, backward.l1);
      assert.equal(forward.psnr, backward.psnr);
      close(forward.ssim, backward.ssim, 1e-12, 'ssim');
      assert.ok(forward.l1 >= 0 && forward.l1 <= 2);
      assert.ok(forward.ssim <= 1 + 1e-12 && forward.ssim >= -1);
      assert.equal(forward.psnr === Number.POSITIVE_INFINITY, Buffer.compare(a, b) === 0);
    }),
    { numRuns: 50 },
  );
});

test('batches of other shapes are refused, with both shapes', () => {
  const square = batch([4, 4, 3], new Uint8Array(48));
  const wide = batch([2, 8, 3], new Uint8Array(48));
  assert.throws(() => imageMetrics(square, wide), /u8\[1,4,4,3\][\s\S]*u8\[1,2,8,3\]/);
});

test('an image smaller than the window has no SSIM, and keeps the rest', () => {
  const tiny = batch([8, 8, 3], new Uint8Array(192).fill(255));
  const [got] = imageMetrics(tiny, batch([8, 8, 3], new Uint8Array(192)));
  assert.deepEqual(got, { l1: 2, psnr: 0, ssim: Number.NaN, msSsim: Number.NaN });
});

test('means leave out an infinite PSNR and what is not defined, and say how many images were equal', () => {
  const means = new MetricMeans();
  assert.ok(Number.isNaN(means.mean().l1));
  means.add({ l1: 0, psnr: Number.POSITIVE_INFINITY, ssim: 1, msSsim: 1 });
  assert.equal(means.mean().psnr, Number.POSITIVE_INFINITY);
  means.add({ l1: 0.1, psnr: 20, ssim: 0.5, msSsim: 0.25 });
  means.add({ l1: 0.2, psnr: 30, ssim: Number.NaN, msSsim: Number.NaN });
  const { l1, ...rest } = means.mean();
  close(l1, 0.1, 1e-15, 'l1');
  assert.deepEqual(rest, { psnr: 25, ssim: 0.75, msSsim: 0.625, count: 3, identical: 1 });
});
