/** When a model downloads results from its device. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { observed } from '../../../test/observedDevice.js';
import { temporaryFolder } from '../../../test/tinyRun.js';
import { RandomStream } from '../../base/random/stream.js';
import { createModel } from '../createModel.js';
import { parseTrainOptions } from '../options.js';

const SMALL = ['--netG', 'unet_32', '--ngf', '2', '--ndf', '2', '--netD', 'pixel', '--intra_threads', '1'];

async function smallModel(...flags: string[]) {
  const opt = parseTrainOptions(['--dataroot', 'none', '--layer_forms', 'rule', ...SMALL, ...flags]);
  const { device, fetched, downloaded } = await observed(opt);
  const model = await createModel(opt, device);
  await model.setup(opt, { print: () => {} });
  const step = async (seed: number, n = 1, side = 32) => {
    const random = new RandomStream(seed, 'test.images');
    const image = () => {
      const data = Uint8Array.from({ length: n * side * side * 3 }, () => random.integer(256));
      return { data, shape: [n, side, side, 3] as const };
    };
    model.setInput({ A: image(), B: image() });
    await model.optimizeParameters();
  };
  const dispose = async () => {
    await model.dispose();
    await device.dispose();
  };
  return { model, fetched, downloaded, step, dispose };
}

test('steps fetch nothing by themselves; what is asked for is fetched once, and that alone', async () => {
  const { model, fetched, downloaded, step, dispose } = await smallModel();
  for (const seed of [1, 2, 3]) await step(seed);
  assert.deepEqual([fetched, downloaded], [[], []]);
  const losses = await model.getCurrentLosses();
  assert.deepEqual(fetched.splice(0).sort(), ['loss_D_fake', 'loss_D_real', 'loss_G_GAN', 'loss_G_L1']);
  assert.deepEqual(await model.getCurrentLosses(), losses);
  assert.deepEqual(fetched, []);
  await model.getCurrentVisuals();
  assert.deepEqual(fetched, ['fake_B']);
  await dispose();
});

test('plateau fetches the loss that it watches at every step, and no other', async () => {
  const { fetched, step, dispose } = await smallModel('--lr_policy', 'plateau');
  for (const seed of [1, 2]) await step(seed);
  assert.deepEqual(fetched, ['loss_G_L1', 'loss_G_L1']);
  await dispose();
});

test('losses outlive the programs that gave them, and are those of a run that asked at once', async () => {
  const [late, atOnce] = [await smallModel('--n_critic', '2'), await smallModel('--n_critic', '2')];
  const seen: Record<string, number>[] = [];
  for (const { step, model } of [late, atOnce]) {
    for (const [seed, side] of [
      [1, 32],
      [2, 32],
      [3, 64],
    ] as const) {
      await step(seed, 1, side);
      if (model === atOnce.model) await model.getCurrentLosses();
    }
    // More sizes than programs are kept: those of the training are let go of.
    for (const side of [32, 64, 96, 128, 160]) {
      const data = new Uint8Array(side * side * 3);
      await model.translate({ data, shape: [1, side, side, 3] });
    }
    seen.push(await model.getCurrentLosses());
  }
  assert.deepEqual(Object.keys(seen[0]), ['G_GAN', 'G_L1', 'D_real', 'D_fake']);
  assert.deepEqual(seen[0], seen[1]);
  for (const { dispose } of [late, atOnce]) await dispose();
});

test('a checkpoint downloads every tensor once, one after the other', async () => {
  const { model, downloaded, step, dispose } = await smallModel('--checkpoints_dir', temporaryFolder());
  await step(1);
  await model.save(['latest'], { epoch: 1, batchIndex: 1 });
  const states = Object.values(model.networks).flatMap((network) => network.states);
  const trained = states.filter(({ role }) => role === 'parameter');
  assert.equal(downloaded.length, states.length + 2 * trained.length);
  const counts = (quantity: string) =>
    new Set(downloaded.filter((d) => d.quantity === quantity).map((d) => d.state));
  assert.deepEqual(counts('itself'), new Set(states));
  for (const moment of ['firstMoment', 'secondMoment']) assert.deepEqual(counts(moment), new Set(trained));
  await dispose();
});
