import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { qualityPicture } from '../../../../test/qualityPicture.js';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import { FeatureNetwork, inputOf } from './featureNetwork.js';
import { type FeatureSet, featureSet, rowsOf } from './featureSet.js';
import { frechetDistance } from './frechetDistance.js';
import { kernelDistance } from './kernelDistance.js';
import { precisionRecall } from './precisionRecall.js';

interface Quality {
  readonly compared: readonly {
    readonly shape: readonly [height: number, width: number, channels: number];
    readonly seeds: readonly [made: number, wanted: number];
    readonly features: readonly number[];
    readonly lpips: number;
  }[];
  readonly sets: readonly {
    readonly dimensions: number;
    readonly made: readonly number[];
    readonly wanted: readonly number[];
    readonly fid: number;
    readonly kid: number;
    readonly precision: number;
    readonly recall: number;
  }[];
}

/** Measures by pytorch-fid, torchmetrics, prdc and lpips; `test/fixtures/quality.py` makes them. */
const quality: Quality = JSON.parse(readFileSync('test/fixtures/quality.json', 'utf8'));
const NETWORK = 'test/fixtures/quality/features.onnx';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-features-'));
after(() => rmSync(folder, { recursive: true }));

function close(actual: number, expected: number, relative = 1e-5): void {
  const isClose = Math.abs(actual - expected) <= relative * Math.abs(expected);
  assert.ok(isClose, `${actual} is not ${expected} within ${relative} of it`);
}

const setOf = (values: readonly number[], dimensions: number): FeatureSet => ({
  count: values.length / dimensions,
  dimensions,
  data: Float32Array.from(values),
});

for (const { dimensions, made, wanted, ...expected } of quality.sets) {
  const [x, y] = [setOf(made, dimensions), setOf(wanted, dimensions)];
  const name = `${x.count} and ${y.count} images of ${dimensions} features`;
  test(`FID equals pytorch-fid's: ${name}`, () => close(frechetDistance(x, y), expected.fid));
  test(`KID equals torchmetrics': ${name}`, () => {
    const common = Math.min(x.count, y.count); // of which torchmetrics takes as many of each
    close(kernelDistance(rowsOf(x, 0, common), rowsOf(y, 0, common)), expected.kid);
  });
  test(`precision and recall equal prdc's: ${name}`, () => {
    const { precision, recall } = precisionRecall(x, y);
    close(precision, expected.precision);
    close(recall, expected.recall);
  });
}

test('a set is at no distance from itself, and all of it is where it is', () => {
  const values = fc.array(fc.float({ min: 0, max: 4, noNaN: true }), { minLength: 24, maxLength: 36 });
  fc.assert(
    fc.property(values, fc.constantFrom(2, 3, 4), (numbers, dimensions) => {
      const data = numbers.slice(0, numbers.length - (numbers.length % dimensions));
      const set = setOf(data, dimensions);
      assert.ok(Math.abs(frechetDistance(set, set)) < 1e-9);
      assert.ok(kernelDistance(set, set) <= 1e-9); // unbiased: below 0 by as much as pairs of one image have
    }),
  );
});

test('too few images have no distance between sets', () => {
  const [one, two] = [
    featureSet([Float32Array.of(1, 2)]),
    featureSet([1, 2].map((v) => Float32Array.of(v, v))),
  ];
  assert.ok(Number.isNaN(frechetDistance(one, two)));
  assert.ok(Number.isNaN(kernelDistance(one, two)));
  assert.ok(Number.isNaN(precisionRecall(two, two).precision));
});

test('features and LPIPS by an ONNX network equal those of PyTorch and lpips', async () => {
  const network = await FeatureNetwork.open(NETWORK, 1);
  try {
    for (const { shape, seeds, features, lpips } of quality.compared) {
      const [made, wanted] = await Promise.all(
        seeds.map(async (seed) =>
          network.outputsOf({ data: qualityPicture(shape, seed), shape: [1, ...shape] }),
        ),
      );
      const found = network.featuresOf(made);
      for (const [i, value] of features.entries()) assert.ok(Math.abs(found[i] - value) < 2e-6);
      close(network.distance(made, wanted), lpips);
      assert.equal(network.distance(made, made), 0);
    }
  } finally {
    await network.dispose();
  }
});

/** A copy of the network with another description. */
function described(name: string, change: object | string): string {
  const path = join(folder, `${name}.onnx`);
  copyFileSync(NETWORK, path);
  const before = JSON.parse(readFileSync(NETWORK.replace('.onnx', '.json'), 'utf8'));
  writeFileSync(
    path.replace('.onnx', '.json'),
    typeof change === 'string' ? change : JSON.stringify({ ...before, ...change }),
  );
  return path;
}

test('a description that cannot be is refused, with the file and what is wrong', async () => {
  const wrong: [object | string, RegExp][] = [
    ['{', /no JSON/],
    ['[]', /name is no text/],
    [{ size: 0 }, /size is no whole number/],
    [{ mean: [1, 2] }, /mean is not three numbers/],
    [{ range: [0] }, /range is not two numbers/],
    [{ features: undefined, layers: undefined }, /neither features nor layers/],
    [{ layers: { first: 'all' } }, /list of weights/],
  ];
  for (const [i, [change, message]] of wrong.entries()) {
    await assert.rejects(
      FeatureNetwork.open(described(`wrong${i}`, change)),
      (error) =>
        error instanceof Pix2PixError && message.test(error.message) && /wrong\d\.json/.test(error.message),
    );
  }
  await assert.rejects(
    FeatureNetwork.open(join(folder, 'none.onnx')),
    /nothing is said of this feature network/,
  );
  const broken = described('broken', {});
  writeFileSync(broken, 'no network');
  await assert.rejects(FeatureNetwork.open(broken), /no network that ONNX Runtime can run/);
});

test('a network that does not fit its description is refused, with both sides', async () => {
  const image = { data: qualityPicture([20, 20, 3], 1), shape: [1, 20, 20, 3] } as const;
  const wrong: [object, RegExp][] = [
    [{ size: 40 }, /given +f32\[1,3,40,40\]/],
    [{ features: 'pool5' }, /has no output +pool5[\s\S]*pooled/],
    [{ features: 'first' }, /output +first[\s\S]*expected +f32\[1,D\]/],
    [{ layers: { pooled: null } }, /expected +f32\[1,C,H,W\]/],
    [{ layers: { first: [1, 2, 3] } }, /channels +4[\s\S]*weights +3/],
  ];
  for (const [i, [change, message]] of wrong.entries()) {
    const network = await FeatureNetwork.open(described(`unfit${i}`, change), 1);
    await assert.rejects(network.outputsOf(image), message);
    await network.dispose();
  }
});

test('images of other channels than 1 or 3 are refused', () => {
  const images = { data: new Uint8Array(2 * 2 * 4), shape: [1, 2, 2, 4] } as const;
  assert.throws(() => inputOf(images, 0, { name: 'x' }), /1 or 3 channels[\s\S]*4/);
});
