import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { qualityPicture } from '../../../test/qualityPicture.js';
import { ConfusionMatrix } from './labelMetrics.js';
import { isBetter, METRIC_NAMES } from './metrics.js';
import { similarities } from './multiScaleSsim.js';

interface Quality {
  readonly scales: readonly {
    readonly shape: readonly [height: number, width: number, channels: number];
    readonly seeds: readonly [made: number, wanted: number];
    readonly ms_ssim: number;
  }[];
  readonly labels: readonly {
    readonly classes: number;
    readonly ignored: number | null;
    readonly made: readonly number[];
    readonly wanted: readonly number[];
    readonly accuracy: number;
    /** 0 for a class that does not occur, or is ignored. */
    readonly iou: readonly number[];
    readonly mean_iou: number;
  }[];
}

/** Measures by torchmetrics; `test/fixtures/quality.py` makes them. */
const quality: Quality = JSON.parse(readFileSync('test/fixtures/quality.json', 'utf8'));

function close(actual: number, expected: number, relative = 1e-5): void {
  const isClose = Math.abs(actual - expected) <= relative * Math.abs(expected);
  assert.ok(isClose, `${actual} is not ${expected} within ${relative} of it`);
}

for (const { shape, seeds, ms_ssim } of quality.scales) {
  test(`MS-SSIM equals torchmetrics': ${shape}`, () => {
    const [other, wanted] = seeds.map((seed) => qualityPicture(shape, seed));
    const made = other.map((value, i) => Math.floor((value + 2 * wanted[i]) / 3));
    close(similarities(made, wanted, ...shape).msSsim, ms_ssim);
  });
}

test('MS-SSIM is 1 of equal images, and not defined where the coarsest scale is smaller than the window', () => {
  const image = qualityPicture([176, 177, 1], 1);
  assert.equal(similarities(image, image, 176, 177, 1).msSsim, 1);
  const narrow = qualityPicture([176, 175, 1], 1);
  const { ssim, msSsim } = similarities(narrow, narrow, 176, 175, 1);
  assert.deepEqual([ssim, msSsim], [1, Number.NaN]);
});

for (const { classes, ignored, made, wanted, ...expected } of quality.labels) {
  test(`label metrics equal torchmetrics': ${classes} classes, ${ignored ?? 'none'} ignored`, () => {
    const matrix = new ConfusionMatrix(classes, ignored ?? undefined);
    const half = 70;
    matrix.add(made.slice(0, half), wanted.slice(0, half));
    const rest = new ConfusionMatrix(classes, ignored ?? undefined);
    rest.add(made.slice(half), wanted.slice(half));
    matrix.addCounts(rest.counts);
    const { accuracy, meanIoU, iou } = matrix.metrics();
    close(accuracy, expected.accuracy);
    close(meanIoU, expected.mean_iou);
    for (const [i, value] of expected.iou.entries()) {
      if (value === 0) assert.ok(Number.isNaN(iou[i]));
      else close(iou[i], value);
    }
  });
}

test('a pixel of no class is refused, with the classes that there are', () => {
  assert.throws(() => new ConfusionMatrix(3).add([0, 3], [0, 1]), /of no class[\s\S]*0 \.\.\. 2/);
  assert.throws(() => new ConfusionMatrix(3).add([0, 1], [0, 255]), /of no class[\s\S]*255/);
  assert.doesNotThrow(() => new ConfusionMatrix(3, 255).add([0, 1], [0, 255]));
});

test('of two values one is better, and any is better than none', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...METRIC_NAMES),
      fc.double({ noNaN: true }),
      fc.double({ noNaN: true }),
      (metric, a, b) => {
        assert.equal(isBetter(metric, a, b) || isBetter(metric, b, a), a !== b);
        assert.ok(isBetter(metric, a, undefined) && !isBetter(metric, undefined, a));
        assert.ok(!isBetter(metric, Number.NaN, a));
      },
    ),
  );
});
