/** The training steps of every kind of model as loops: all are well formed, after differentiation and recomputation too. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recompute } from '../src/engine/autodiff/recompute.js';
import { type Program, reachable } from '../src/engine/ir/program.js';
import { kernelOf } from '../src/engine/loops/kernel.js';
import { lowerToLoops } from '../src/engine/loops/lowerToLoops.js';
import { computedTensors } from '../src/engine/loops/operands.js';
import { verifyOrder } from '../src/engine/loops/verify.js';
import type { ModelOptions } from '../src/models/definition.js';
import { findModel } from '../src/models/registry.js';
import { stepOf } from '../src/models/stepDefinition.js';
import { parseTrainOptions } from '../src/training/options.js';

const SMALL = ['--dataroot', 'none', '--ngf', '2', '--ndf', '2'];
const TINY = [...SMALL, '--netG', 'unet_32', '--netD', 'patch16'];

const MODELS: Readonly<Record<string, readonly string[]>> = {
  defaults: SMALL,
  instance: [...TINY, '--norm', 'instance', '--gan_mode', 'lsgan'],
  resnet: [...TINY, '--netG', 'resnet_6blocks', '--upsample', 'resize', '--norm', 'none'],
  encoderDecoder: [...TINY, '--netG', 'encoder_decoder_32', '--netD', 'pixel'],
  wgangp: [...TINY, '--gan_mode', 'wgangp', '--norm', 'instance'],
  hinge: [...TINY, '--gan_mode', 'hinge', '--spectral_norm', 'both'],
  scales: [...TINY, '--num_D', '2', '--lambda_feat', '10'],
  l1: ['--dataroot', 'none', '--ngf', '2', '--netG', 'unet_32', '--no_gan'],
  augmented: [...TINY, '--diffaug', 'color,translation,cutout'],
  affinelayer: [...SMALL, '--recipe', 'affinelayer'],
  separable: [...SMALL, '--recipe', 'affinelayer', '--separable_conv'],
  article: [...SMALL, '--recipe', 'article', '--batch_size', '2'],
  cyclegan: [...TINY, '--recipe', 'cyclegan', '--netG', 'resnet_6blocks'],
  mnist: ['--dataroot', 'none', '--recipe', 'mnist'],
  colorization: [...TINY, '--recipe', 'colorization'],
};

/** The kernels of a program, each of one tensor, which have been verified. */
function kernelsOf({ outputs, writes, hostSteps }: Program) {
  const roots = [...outputs.values(), ...writes.values(), ...hostSteps.flatMap(({ inputs }) => inputs)];
  const tensors = lowerToLoops(reachable(roots));
  const computed = computedTensors(
    roots.map((value) => tensors.get(value)!),
    () => false,
  );
  const kernels = computed.map(kernelOf);
  verifyOrder(kernels);
  return { kernels, tensors };
}

for (const [name, flags] of Object.entries(MODELS)) {
  test(`${name}: the step is well formed, and so is that with activations computed again`, () => {
    const opt = parseTrainOptions([...flags], { onNotice: () => {} });
    const graph = findModel(opt.model).build(opt as unknown as ModelOptions);
    const side = /_32|resnet/.test(opt.netG) ? 32 : opt.model === 'gan' ? 28 : 256;
    const program = stepOf(graph).program({ batch: opt.batchSize, height: side, width: side, format: 'u8' });
    const { kernels, tensors } = kernelsOf(program);
    assert.ok(kernels.length > 50, `${kernels.length}`);
    assert.ok(kernels.length < tensors.size, 'inputs and states are no kernels');
    // Values that are computed again equal those computed before, and so are the same tensors.
    assert.equal(kernelsOf(recompute(program)).kernels.length, kernels.length);
  });
}
