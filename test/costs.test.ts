/** The costs of training steps on a GPU, which are known without running them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADAM_BYTES, STEP_FLOPS } from '../bench/step.js';
import { trainingStep } from '../bench/trainingStep.js';
import { fusionFor } from '../src/engine/devices/webgpu/fusionFor.js';
import { GUARANTEED, type WorkgroupLimits } from '../src/engine/devices/webgpu/shaders/tiles.js';
import { costsOf } from '../src/engine/loops/costs.js';
import { scheduleOf } from '../src/engine/loops/schedule.js';

/** Of an NVIDIA H200. */
const LARGE: WorkgroupLimits = { bytes: 49_152, invocations: 1024 };

const costs = (flags: readonly string[], limits: WorkgroupLimits) =>
  costsOf(scheduleOf(trainingStep(flags), { fusion: fusionFor(limits) }).tasks);

for (const [name, limits] of Object.entries({ 'guaranteed limits': GUARANTEED, 'a large GPU': LARGE })) {
  test(`${name}: a step at the defaults`, () => {
    const { kernels, bytes, operations } = costs([], limits);
    assert.ok(kernels <= 170, `${kernels} kernels`);
    assert.ok(bytes <= 3.4e9, `${bytes} bytes`);
    assert.ok(bytes > ADAM_BYTES);
    assert.ok(operations > STEP_FLOPS && operations < 1.1 * STEP_FLOPS, `${operations} operations`);
  });
}

test('a step of WGAN-GP, with second derivatives', () => {
  const { kernels } = costs(['--gan_mode', 'wgangp'], GUARANTEED);
  assert.ok(kernels <= 220, `${kernels} kernels`);
});

test('a batch moves less than as many steps, since the optimiser runs once', () => {
  const [one, sixteen] = ['1', '16'].map((batch) => costs(['--batch_size', batch], GUARANTEED));
  assert.ok(sixteen.kernels <= 170, `${sixteen.kernels} kernels`);
  assert.ok(sixteen.bytes < 16 * one.bytes - 14 * ADAM_BYTES, `${sixteen.bytes} bytes`);
});
