import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { RandomStream } from '../../base/random/stream.js';
import { CheckpointStore } from '../../checkpoints/store.js';
import type { FloatImages } from '../../data/batch/floatImages.js';
import { toFloatImages, toImageBatch } from '../../data/batch/floatImages.js';
import type { ImageBatch } from '../../data/batch/imageBatch.js';
import { ShapeError } from '../../engine/ir/shapeError.js';
import { downloadFloats } from '../../engine/runtime/device.js';
import { createModel } from '../createModel.js';
import { saveUnlessDiverged } from '../divergence.js';
import { parseTrainOptions } from '../options.js';
import type { Model } from './model.js';
import { Pix2PixModel } from './pix2pixModel.js';

const models: Model[] = [];
after(() => Promise.all(models.map((model) => model.dispose())));

async function tinyModel(...more: string[]): Promise<Model> {
  const networks = [
    '--netG',
    'unet_32',
    '--ngf',
    '2',
    '--ndf',
    '2',
    '--netD',
    'pixel',
    '--intra_threads',
    '1',
  ];
  const model = await createModel(parseTrainOptions(['--dataroot', 'none', ...networks, ...more]));
  await model.setup(undefined, { print: () => {} });
  models.push(model);
  return model;
}

/** Noise; the same seed, the same images. */
function images(seed: number, n = 1, side = 32, channels = 3): ImageBatch {
  const random = new RandomStream(seed, 'test.images');
  const data = Uint8Array.from({ length: n * side * side * channels }, () => random.integer(256));
  return { data, shape: [n, side, side, channels] };
}

const pair = (seed: number, n = 1, side = 32) => ({
  A: images(seed, n, side),
  B: images(seed + 100, n, side),
});

test('a pix2pix model has the losses and images of pix2pix', async () => {
  const model = await tinyModel();
  assert(model instanceof Pix2PixModel);
  assert.deepEqual(await model.getCurrentLosses(), {});
  model.setInput(pair(1));
  await model.optimizeParameters();
  assert.deepEqual(Object.keys(await model.getCurrentLosses()), ['G_GAN', 'G_L1', 'D_real', 'D_fake']);
  const visuals = await model.getCurrentVisuals();
  assert.deepEqual(Object.keys(visuals), ['real_A', 'fake_B', 'real_B']);
  for (const { shape } of Object.values(visuals)) assert.deepEqual(shape, [1, 3, 32, 32]);
  const { A, B } = pair(1);
  assert.deepEqual(toImageBatch(visuals.real_A), A);
  assert.deepEqual(toImageBatch(visuals.real_B), B);
  const l1 = visuals.fake_B.data.reduce((sum, v, i) => sum + Math.abs(v - visuals.real_B.data[i]), 0);
  const { G_L1 } = await model.getCurrentLosses();
  assert(Math.abs((100 * l1) / visuals.fake_B.data.length - G_L1) < 1e-4 * G_L1);
});

test('bytes and floats of the same images are the same step, and BtoA swaps them', async () => {
  const losses: unknown[] = [];
  for (const [direction, input] of [
    ['AtoB', pair(3)],
    ['AtoB', { A: toFloatImages(pair(3).A), B: toFloatImages(pair(3).B) }],
    ['BtoA', { A: pair(3).B, B: pair(3).A }],
  ] as const) {
    const model = await tinyModel('--direction', direction);
    model.setInput({ ...input, APaths: ['a'], BPaths: ['b'] });
    assert.deepEqual(model.getImagePaths(), [direction === 'AtoB' ? 'a' : 'b']);
    await model.optimizeParameters();
    losses.push(await model.getCurrentLosses());
  }
  assert.deepEqual(losses[1], losses[0]);
  assert.deepEqual(losses[2], losses[0]);
});

test('batches of any size follow one another, more sizes than are kept compiled', async () => {
  const sizes: [n: number, side: number][] = [
    [2, 32],
    [1, 32],
    [2, 64],
    [1, 64],
    [2, 32],
    [1, 32],
  ];
  const model = await tinyModel();
  let seen = 0;
  for (const [step, [n, side]] of sizes.entries()) {
    model.setInput(pair(step, n, side));
    await model.optimizeParameters();
    seen += n;
    assert.deepEqual((await model.getCurrentVisuals()).fake_B.shape, [n, 3, side, side]);
    assert(Number.isFinite((await model.getCurrentLosses()).G_L1));
  }
  assert.deepEqual([model.steps, model.totalIters], [sizes.length, seen]);
  const updates = [...model.optimisers.values()].map((optimiser) => optimiser.updates);
  assert.deepEqual(updates, [sizes.length, sizes.length]);
});

test('a test changes nothing that training goes on from', async () => {
  const withDropout = ['--netG', 'unet_64'];
  const [model, undisturbed] = [await tinyModel(...withDropout), await tinyModel(...withDropout)];
  for (const seed of [1, 2, 3]) {
    for (const each of [model, undisturbed]) {
      each.setInput(pair(seed, 1, 64));
      await each.optimizeParameters();
    }
    const losses = await model.getCurrentLosses();
    assert.deepEqual(losses, await undisturbed.getCurrentLosses());
    model.setInput(pair(9, 1, 128));
    await model.test({ draw: seed });
    await model.translate(images(10, 1, 64), { evaluate: true });
  }
});

test('translate needs no target and heeds no direction', async () => {
  const model = await tinyModel('--direction', 'BtoA');
  const fakeB: FloatImages = await model.translate(images(5));
  assert.deepEqual(fakeB.shape, [1, 3, 32, 32]);
  assert(fakeB.data.every((v) => Math.abs(v) <= 1));
  assert.deepEqual(Object.keys(await model.getCurrentVisuals()), ['real_A', 'fake_B']);
  model.setInput({ A: images(6), B: images(5) });
  await model.test();
  assert.deepEqual((await model.getCurrentVisuals()).fake_B, fakeB);
});

test('input that does not fit is refused with both sides', async () => {
  const model = await tinyModel('--input_nc', '1');
  assert.throws(
    () => model.setInput(pair(1)),
    (error: Error) =>
      error instanceof ShapeError &&
      /real_A has 3 channels, the networks expect 1\n {2}real_A +u8\[1,32,32,3\] {3}NHWC\n/.test(
        error.message,
      ),
  );
  const other = await tinyModel();
  assert.throws(() => other.setInput({ A: images(1), B: images(1, 1, 64) }), /differ in size or kind/);
  assert.throws(
    () => other.setInput({ A: images(1), B: toFloatImages(images(1)) }),
    /differ in size or kind/,
  );
  other.setInput(pair(1, 1, 48));
  await assert.rejects(other.optimizeParameters(), Pix2PixError);
});

test('a step that is not awaited is not overrun by another', async () => {
  const model = await tinyModel();
  model.setInput(pair(1));
  const first = model.optimizeParameters();
  await assert.rejects(model.optimizeParameters(), /a step is still running/);
  await first;
  assert.equal(model.steps, 1);
});

test('plateau watches the mean of G_L1 over the epoch where it is given nothing else', async () => {
  const model = await tinyModel('--lr_policy', 'plateau');
  const seen: number[] = [];
  for (const seed of [1, 2, 3]) {
    model.setInput(pair(seed));
    await model.optimizeParameters();
    seen.push((await model.getCurrentLosses()).G_L1);
  }
  await model.updateLearningRate();
  const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length;
  assert.equal(model.schedule.state.best, mean);
  await model.updateLearningRate(null); // nothing measured: passed over
  assert.deepEqual([model.schedule.state.epochs, model.schedule.state.badEpochs], [2, 0]);
  for (let epoch = 0; epoch < 6; epoch++) await model.updateLearningRate(mean);
  assert(Math.abs(model.schedule.learningRate - 0.2 * 0.0002) < 1e-12);
  await assert.rejects(model.updateLearningRate(), /plateau has no metric to watch/);
});

test('a weight or a running statistic that is no number does not reach a checkpoint', async (t) => {
  const at = { step: 2, epoch: 1, iteration: 2 };
  const directory = mkdtempSync(join(tmpdir(), 'diverged-'));
  t.after(() => rmSync(directory, { recursive: true }));
  for (const wanted of ['model.model.1.model.2.running_var', 'model.model.0.weight']) {
    const model = await tinyModel();
    const checkpoints = new CheckpointStore(directory);
    await model.setup(undefined, { print: () => {}, checkpoints });
    const save = () =>
      saveUnlessDiverged(model, at, () => model.save(['latest'], { epoch: 1, batchIndex: 1 }));
    await save();
    const state = model.networks.G.states.find(({ name }) => name === wanted)!;
    const damaged = await downloadFloats(model.device, state);
    damaged[1] = Number.NaN;
    await model.device.upload(state, damaged);
    await assert.rejects(
      save,
      (error: Error) =>
        error instanceof Pix2PixError && error.summary === `training has diverged: G ${wanted} is not finite`,
    );
    checkpoints.load('latest').close();
  }
});
