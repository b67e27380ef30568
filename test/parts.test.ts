/** The parts that pix2pix can be put together from, each trained for a few steps on tiny images. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Pix2PixError } from '../src/base/errors/pix2pixError.js';
import { downloadFloats } from '../src/engine/runtime/device.js';
import { defineD } from '../src/models/networks/define.js';
import { receptiveFields } from '../src/models/networks/receptiveField.js';
import { createModel } from '../src/training/createModel.js';
import type { Model } from '../src/training/model/model.js';
import { parseTestOptions, parseTrainOptions } from '../src/training/options.js';
import { test as translateAll } from '../src/training/testCommand.js';
import { assertClose } from './assertClose.js';
import { ONE_THREAD } from './recipeLines.js';
import { smallModel } from './smallModel.js';
import { makeDataset, stored, temporaryFolder, trainHere } from './tinyRun.js';

const folder = temporaryFolder();
const checkpoints = join(folder, 'checkpoints');
const dataroot = await makeDataset(join(folder, 'data'), { train: 5, test: 1, val: 1 });
const MACHINE = [...ONE_THREAD, '--device', 'cpu', '--checkpoints_dir', checkpoints];
const SMALL = ['--netG', 'unet_32', '--ngf', '2', '--load_size', '36', '--crop_size', '32', ...MACHINE];
const PATCHES = ['--netD', 'patch16', '--ndf', '2'];
const STEPS = ['--n_epochs', '1', '--n_epochs_decay', '0', '--no_html'];
const ofRun = (name: string, ...more: string[]) => ['--name', name, ...more];
const start = (...flags: string[]) => ['--dataroot', dataroot, ...SMALL, ...STEPS, ...flags];

const PARTS: Readonly<Record<string, readonly string[]>> = {
  resnet: [...PATCHES, '--netG', 'resnet_6blocks', '--norm', 'instance', '--upsample', 'resize'],
  resize: [...PATCHES, '--upsample', 'resize'],
  encoderDecoder: ['--netD', 'pixel', '--ndf', '2', '--netG', 'encoder_decoder_32'],
  wgangp: [...PATCHES, '--gan_mode', 'wgangp', '--norm', 'instance', '--n_critic', '2', '--lr_D', '0.0001'],
  hinge: [...PATCHES, '--gan_mode', 'hinge', '--spectral_norm', 'both', '--warmup_steps', '3'],
  scales: [...PATCHES, '--num_D', '2', '--lambda_feat', '10', '--clip_grad_norm', '1'],
  l1: ['--no_gan'],
  unconditioned: [...PATCHES, '--no_condition', '--no_l1', '--ema', '0.9'],
  augmented: [
    ...PATCHES,
    '--diffaug',
    'color,translation,cutout',
    '--rotate',
    '10',
    '--color_jitter',
    '0.2',
    '--cutout',
    '8',
  ],
  accumulated: [...PATCHES, '--accumulate', '2', '--n_critic', '2', '--ema', '0.9'],
};

for (const [name, flags] of Object.entries(PARTS)) {
  test(`${name}: a training that is interrupted and continued is the one that is not`, async () => {
    const whole = await trainHere(start(...ofRun(`${name}_whole`), ...flags));
    assert.equal(whole.summary.reason, 'finished');
    await trainHere(start(...ofRun(`${name}_cut`), ...flags), 2);
    const rest = await trainHere(ofRun(`${name}_cut`, '--continue_train', ...MACHINE));
    assert.equal(rest.summary.reason, 'finished');
    assert.ok(rest.summary.stepsNow > 0 && rest.summary.stepsNow < whole.summary.stepsNow);
    const found = stored(join(checkpoints, `${name}_cut`));
    assert.deepEqual(found, stored(join(checkpoints, `${name}_whole`)));
  });
}

/** A model of these flags, and how far it is from another after the same steps. */
async function trained(flags: readonly string[], steps: (model: Model) => Promise<void>) {
  const model = await createModel(parseTrainOptions(['--dataroot', 'none', ...SMALL, ...PATCHES, ...flags]));
  await model.setup(undefined, { print: () => {} });
  await steps(model);
  const losses = await model.getCurrentLosses();
  const { fake_B } = await model.getCurrentVisuals();
  const all = Object.values(model.networks).flatMap((network) => network.states);
  const states = all.filter(({ type }) => type.dtype === 'f32');
  const floats = await Promise.all(states.map((state) => downloadFloats(model.device, state)));
  const passes: Record<string, number> = {};
  for (const [name, network] of Object.entries(model.networks)) {
    const counter = network.states.find(({ role }) => role === 'counter');
    if (counter !== undefined) passes[name] = Number((await model.device.download(counter))[0]);
  }
  await model.dispose();
  return { steps: model.steps, totalIters: model.totalIters, losses, fake_B, floats, states, passes };
}

const bytes = (n: number, seed: number) => ({
  data: Uint8Array.from({ length: n * 32 * 32 * 3 }, (_, i) => (i * i * 7 + i * seed) % 256),
  shape: [n, 32, 32, 3] as const,
});

test('accumulated gradients of three pieces make the step that the whole batch makes', async () => {
  const steps = async (model: Model) => {
    for (const seed of [1, 5]) {
      model.setInput({ A: bytes(5, seed), B: bytes(5, seed + 1) });
      await model.optimizeParameters();
    }
  };
  const flags = ['--norm', 'none', '--init_gain', '0.2', '--no_dropout', '--clip_grad_norm', '0.1'];
  const whole = await trained([...flags, '--batch_size', '5'], steps);
  const pieces = await trained([...flags, '--batch_size', '2', '--accumulate', '3'], steps);
  assert.deepEqual(pieces.fake_B.shape, [5, 3, 32, 32]);
  assert.deepEqual([pieces.steps, pieces.totalIters], [2, 10]);
  for (const [name, loss] of Object.entries(whole.losses)) {
    assertClose([pieces.losses[name]], [loss], name, { relative: 1e-4 });
  }
  // Adam's first steps are as large as 4e-4.
  for (const [i, { name }] of whole.states.entries())
    assertClose(pieces.floats[i], whole.floats[i], name, { absolute: 2e-5 });
});

test('statistics move by every forward pass of a step once, however the step is cut', async () => {
  const passes = async (...flags: string[]) => {
    const { passes } = await trained(flags, async (model) => {
      for (const seed of [1, 2, 3, 4]) {
        model.setInput({ A: bytes(4, seed), B: bytes(4, seed + 1) });
        await model.optimizeParameters();
      }
    });
    return passes;
  };
  const whole = ['--batch_size', '4'];
  const cut = ['--batch_size', '2', '--accumulate', '2'];
  // A step of both: G once, D three times. A step of D alone: G once, D twice. Each batch counts.
  assert.deepEqual(await passes(...whole), { G: 4, D: 12 });
  assert.deepEqual(await passes(...cut), { G: 8, D: 24 });
  assert.deepEqual(await passes(...whole, '--n_critic', '2'), { G: 4, D: 10 });
  assert.deepEqual(await passes(...cut, '--n_critic', '2'), { G: 8, D: 20 });
});

test('a test takes the average of the generator, or with --ema 0 its last weights', async () => {
  await trainHere(start(...ofRun('averaged'), ...PATCHES, '--ema', '0.5', '--lr', '0.01'));
  const argv = ['--name', 'averaged', '--results_dir', join(folder, 'results'), ...MACHINE];
  const l1 = async (...more: string[]) => {
    const { means } = await translateAll(parseTestOptions([...argv, ...more]), undefined, {
      message: () => {},
      progress: () => {},
    });
    return means.l1;
  };
  const [averaged, last] = [await l1(), await l1('--ema', '0')];
  assert.ok(Number.isFinite(averaged) && averaged !== last);
});

test('the side of a discriminator’s patches is counted from its layers, and said', () => {
  const sides = (netD: string, nLayersD: number, numD?: number) => {
    const network = defineD({ ...smallModel, netD, nLayersD, numD }, 4);
    return [...receptiveFields(network, 4), network.note];
  };
  // Isola et al. 2017, appendix 6.1.2: 1, 16, 70, 286; between them by (s - 1) · 2 + 4 for each layer of stride 2
  assert.deepEqual(sides('pixel', 3), [1, 'judges patches of 1x1 pixels']);
  assert.deepEqual(sides('patch16', 3), [16, 'judges patches of 16x16 pixels']);
  assert.deepEqual(sides('n_layers', 2), [34, 'judges patches of 34x34 pixels']);
  assert.deepEqual(sides('basic', 9), [70, 'judges patches of 70x70 pixels']);
  assert.deepEqual(sides('n_layers', 4), [142, 'judges patches of 142x142 pixels']);
  assert.deepEqual(sides('patch286', 3), [286, 'judges patches of 286x286 pixels']);
  // twice as far apart, and each is a mean of 3 pixels: 69 · 2 + 3
  assert.deepEqual(sides('basic', 3, 2), [70, 141, 'judges patches of 70x70 and 141x141 pixels']);
});

const CLASSES = ['--label_loss', 'cross_entropy', '--label_side', 'output'];

test('flags that contradict each other are refused, both named', async () => {
  const refused: [flags: string[], first: string, second: string][] = [
    [['--no_gan', '--no_l1'], '--no_gan', '--no_l1'],
    [['--no_gan', '--n_critic', '5'], '--no_gan', '--n_critic'],
    [['--no_gan', '--lambda_feat', '10'], '--no_gan', '--lambda_feat'],
    [['--no_gan', '--spectral_norm', 'D'], '--no_gan', '--spectral_norm D'],
    [['--no_l1', '--lambda_L1', '10'], '--no_l1', '--lambda_L1'],
    [['--lambda_gp', '5', '--gan_mode', 'hinge'], '--lambda_gp', '--gan_mode hinge'],
    [['--lambda_feat', '5', '--netD', 'pixel'], '--lambda_feat', '--netD pixel'],
    [['--lambda_CE', '5'], '--lambda_CE', '--label_loss l1'],
    [['--label_loss', 'cross_entropy'], '--label_loss cross_entropy', '--label_nc 0'],
    [['--label_loss', 'cross_entropy', '--label_nc', '4'], 'cross_entropy', '--label_side input'],
    [[...CLASSES, '--label_nc', '1'], 'cross_entropy', '--label_nc 1'],
    [[...CLASSES, '--label_nc', '4', '--no_l1'], 'cross_entropy', '--no_l1'],
    [[...CLASSES, '--label_nc', '4', '--lambda_L1', '9'], 'cross_entropy', '--lambda_L1'],
  ];
  for (const [flags, first, second] of refused) {
    const build = async () => createModel(parseTrainOptions(['--dataroot', 'none', ...SMALL, ...flags]));
    await assert.rejects(build, (error: Error) => {
      assert(error instanceof Pix2PixError);
      assert.ok(error.message.includes(first) && error.message.includes(second), error.message);
      return true;
    });
  }
});

test('the penalty of wgangp with batch norm is warned of', async () => {
  const lines: string[] = [];
  const model = await createModel(
    parseTrainOptions(['--dataroot', 'none', ...SMALL, ...PATCHES, '--gan_mode', 'wgangp']),
  );
  await model.setup(undefined, { print: (line) => lines.push(line) });
  await model.dispose();
  assert.ok(lines.some((line) => /--norm batch .* --gan_mode wgangp/.test(line)));
  assert.ok(lines.some((line) => /judges patches of 16x16 pixels/.test(line)));
});
