import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDevice, testDevice } from '../../../test/devices.js';
import { smallModel } from '../../../test/smallModel.js';
import { TINY, temporaryFolder } from '../../../test/tinyRun.js';
import { commandHere } from '../../../test/told.js';
import { RandomStream } from '../../base/random/stream.js';
import { recompute } from '../../engine/autodiff/recompute.js';
import type { Program } from '../../engine/ir/program.js';
import { initialise } from '../../engine/runtime/initialise.js';
import type { TensorArray } from '../../engine/runtime/tensorArray.js';
import { pix2pix } from '../../models/pix2pix.js';
import { stepOf } from '../../models/stepDefinition.js';
import { createModel } from '../createModel.js';
import { parseTrainOptions } from '../options.js';
import { chooseMemoryUse } from './fitMemory.js';
import { createOptimisers } from './networkOptimiser.js';

const { memory } = testDevice;

const size = { batch: 2, height: 64, width: 64, format: 'u8' } as const;

/** All states after three steps, and the results of the last. */
async function train(settings: object, rewrite: (program: Program) => Program, keepsMemory: boolean) {
  const graph = pix2pix.build({ ...smallModel, netG: 'unet_64', ...settings });
  const device = await openTestDevice();
  await createOptimisers(graph, device, {
    clipGradNorm: Number.POSITIVE_INFINITY,
    accumulate: 1,
    ema: 0,
  });
  const states = Object.values(graph.networks).flatMap((network) => network.states);
  await device.allocate(states);
  for (const [name, network] of Object.entries(graph.networks))
    await initialise(name, network.states, device, 1);
  const program = rewrite(stepOf(graph).program(size));
  const executable = await device.compile(program, { keepsMemory });
  const images = new RandomStream(3, 'test.images');
  const image = (channels: number) =>
    Uint8Array.from({ length: 2 * 64 * 64 * channels }, () => images.integer(256));
  let outputs: TensorArray[] = [];
  for (let step = 0; step < 3; step++) {
    const tensors = { real_A: image(3), real_B: image(1) };
    const random = { seed: 5, purpose: 'dropout', draw: step } as const;
    const results = await executable.run({ tensors, random, scalars: { lr_G: 2e-4, lr_D: 2e-4 } });
    outputs = await Promise.all([...program.outputs.keys()].map((name) => results.fetch(name)));
  }
  const floats = await Promise.all(states.map((state) => device.download(state)));
  await device.dispose();
  return { outputs, floats };
}

for (const norm of ['batch', 'instance', 'none']) {
  test(`computing activations twice gives the same training to the last bit (norm ${norm})`, async () => {
    const plain = await train({ norm }, (program) => program, true);
    const lean = await train({ norm }, recompute, false);
    assert.deepEqual(lean.outputs, plain.outputs);
    assert.deepEqual(lean.floats, plain.floats);
  });
}

const graphOf = (...more: string[]) => {
  const opt = parseTrainOptions(['--dataroot', '.', ...more]);
  return { opt, graph: pix2pix.build(opt as never) };
};

test('memory grows with the batch and with the images’ area, and leaner strategies need less of it', () => {
  const { graph } = graphOf();
  const needs = (batch: number, side: number) =>
    memory.strategies.map((strategy) =>
      memory.predict(stepOf(graph).program({ batch, height: side, width: side, format: 'u8' }), strategy),
    );
  const [one, four, large] = [needs(1, 256), needs(4, 256), needs(1, 512)];
  for (const [i] of memory.strategies.entries()) {
    assert.ok(one[i].total < four[i].total);
    // four times the pixels either way
    assert.ok(Math.abs(four[i].kept / one[i].kept - 4) < 0.05);
    assert.ok(Math.abs(large[i].kept / four[i].kept - 1) < 0.05);
  }
  assert.deepEqual(
    [...four].sort((a, b) => b.total - a.total),
    four,
  );
  // 57,182,660 parameters with gradient and two moments of four bytes each, and running statistics
  assert.ok(Math.abs(one[0].states / (57_182_660 * 16) - 1) < 0.001);
});

test('the limit decides how memory is used', () => {
  const { opt, graph } = graphOf('--batch_size', '16');
  const strategyWithin = (memoryLimit: string) =>
    chooseMemoryUse(graph, { ...opt, memoryLimit }, memory).strategy.name;
  assert.deepEqual(['8GB', '4.5GB', '3.7GB'].map(strategyWithin), ['fast', 'returning', 'recomputing']);
});

test('what cannot fit is refused with what would', async () => {
  const { opt, graph } = graphOf('--batch_size', '16');
  const refusal = (memoryLimit: string) => () => chooseMemoryUse(graph, { ...opt, memoryLimit }, memory);
  assert.throws(
    refusal('2GB'),
    /does not fit into memory[\s\S]*--memory_limit {2}2\.00 GB[\s\S]*--batch_size \d+ would fit/,
  );
  assert.throws(refusal('900MB'), /915 MB for parameters[\s\S]*smaller network/);
  const argv = ['--dataroot', 'none', '--dry_run', ...TINY, '--memory_limit', 'lots'];
  const { status, stderr } = await commandHere('train', ...argv);
  assert.equal(status, 1);
  assert.match(stderr, /memory_limit[\s\S]*no size such as 4GB/);
});

test('images that keep their size are trained on; what they will take is not known before', async () => {
  const uncropped = [
    '--preprocess',
    'none',
    '--netG',
    'unet_64',
    '--ngf',
    '2',
    '--ndf',
    '2',
    '--intra_threads',
    '1',
  ];
  const model = await createModel(parseTrainOptions(['--dataroot', '.', ...uncropped]));
  await model.setup(undefined, { print: () => {} });
  const random = new RandomStream(3, 'test.images');
  const image = () => Uint8Array.from({ length: 64 * 128 * 3 }, () => random.integer(256));
  const shape = [1, 64, 128, 3] as const;
  model.setInput({ A: { data: image(), shape }, B: { data: image(), shape } });
  await model.optimizeParameters();
  assert.equal(model.steps, 1);
  await model.dispose();
  const { status, stderr } = await commandHere('train', '--dry_run', ...uncropped);
  assert.equal(status, 1);
  assert.match(stderr, /preprocess {2}none/);
});

test('a dry run tells memory and time, needs no data, and writes nothing', async () => {
  const run = ['--checkpoints_dir', temporaryFolder(), '--name', 'predicted'];
  const { status, stdout, stderr } = await commandHere('train', '--dry_run', ...TINY, ...run);
  assert.equal(status, 0, stderr);
  for (const line of [
    /^step {8}1 × 32 × 32, /,
    /^memory {6}\d+ MB: /,
    /^step time {3}\d+ ms: /,
    /^time .*1000 images$/,
  ])
    assert.match(stdout, new RegExp(line.source, 'm'));
  assert.equal((await commandHere('test', ...run)).status, 1, 'there is a run');
});
