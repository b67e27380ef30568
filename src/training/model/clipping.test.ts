import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertClose } from '../../../test/assertClose.js';
import { openTestDevice } from '../../../test/devices.js';
import { fixture } from '../../../test/repository.js';
import { State } from '../../engine/ir/state.js';
import { f32 } from '../../engine/ir/tensorType.js';
import { mul } from '../../engine/ops/elementwise.js';
import { sum } from '../../engine/ops/reduce.js';
import { detach, reshape } from '../../engine/ops/shape.js';
import type { ModelDefinition } from '../../models/definition.js';
import { imageInput } from '../../models/images.js';
import { adam } from '../../models/layers/adam.js';
import { stateless } from '../../models/layers/module.js';
import { pix2pix } from '../../models/pix2pix.js';
import { defineStep } from '../../models/stepDefinition.js';
import { parseTrainOptions } from '../options.js';
import { fileCheckpoints } from '../saved/fileCheckpoints.js';
import { Model } from './model.js';

interface Clipping {
  readonly clip_grad_norm: number;
  readonly betas: [number, number];
  readonly steps: readonly { readonly gradient: readonly number[]; readonly weight: readonly number[] }[];
}
const { clip_grad_norm, betas, steps }: Clipping = JSON.parse(readFileSync(fixture('clipping.json'), 'utf8'));
const EXTENTS = [1, 1, 1, 4] as const;

/** Its one weight has its input for a gradient, and is shown as an image. */
const linear: ModelDefinition = {
  name: 'linear',
  extend: pix2pix.extend,
  build: () => {
    const weight = new State('weight', f32(...EXTENTS), 'parameter', { kind: 'constant', value: 0 });
    const optimiser = { name: 'G', networks: ['G'], betas };
    return {
      inputs: [{ name: 'gradient', channels: 1 }],
      networks: { G: { ...stateless((x) => x), states: [weight] } },
      testNetworks: ['G'],
      generators: [],
      optimisers: [optimiser],
      lossNames: ['G'],
      visualNames: ['weight'],
      step: defineStep({
        shared: (step, size) => ({ step, gradient: imageInput(step, 'gradient', 1, size) }),
        parts: {
          G: (step, { gradient }) => {
            const loss_G = sum(mul(gradient, step.read(weight)));
            adam(step, loss_G, [weight], optimiser);
            return { loss_G };
          },
        },
        shown: ({ step }) => ({ weight: detach(reshape(step.read(weight), [...EXTENTS])) }),
      }),
      forward: () => assert.fail('it only trains'),
    };
  },
};

test('gradients that --clip_grad_norm shortens move weights as with PyTorch’s clip_grad_norm_', async () => {
  const argv = ['--dataroot', 'none', '--clip_grad_norm', `${clip_grad_norm}`, '--preprocess', 'none'];
  const opt = parseTrainOptions([...argv, '--intra_threads', '1']);
  const device = await openTestDevice();
  const model = await Model.create(linear, opt, { device, ownsDevice: true, checkpoints: fileCheckpoints });
  await model.setup(undefined, { print: () => {} });
  for (const [i, { gradient, weight }] of steps.entries()) {
    const image = { data: Float32Array.from(gradient), shape: EXTENTS };
    model.setInput({ A: image, B: image });
    await model.optimizeParameters();
    const { data } = (await model.getCurrentVisuals()).weight;
    assertClose(data, weight, `step ${i}`, { absolute: 1e-9 }); // weights move by some 1e-4
  }
  await model.dispose();
});
