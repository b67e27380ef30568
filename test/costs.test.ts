/** The costs of training steps on a GPU, which are known without running them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADAM_BYTES, STEP_FLOPS } from '../bench/step.js';
import { trainingStep } from '../bench/trainingStep.js';
import { scheduleOptions } from '../src/engine/devices/webgpu/kernelLimits.js';
import { GUARANTEED, type WorkgroupLimits } from '../src/engine/devices/webgpu/shaders/tiles.js';
import { costsOf } from '../src/engine/loops/costs.js';
import { scheduleOf } from '../src/engine/loops/schedule.js';

/** Of an NVIDIA H200. */
const LARGE: WorkgroupLimits = { bytes: 49_152, invocations: 1024 };

const costs = (flags: readonly string[], workgroup: WorkgroupLimits, storesHalves = false) =>
  costsOf(scheduleOf(trainingStep(flags), scheduleOptions({ workgroup, storesHalves })).tasks);
const atDefaults = costs([], GUARANTEED);

for (const [name, limits] of Object.entries({ 'guaranteed limits': GUARANTEED, 'a large GPU': LARGE })) {
  test(`${name}: a step at the defaults`, () => {
    const { kernels, bytes, operations } = limits === GUARANTEED ? atDefaults : costs([], limits);
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
  const sixteen = costs(['--batch_size', '16'], GUARANTEED);
  assert.ok(sixteen.kernels <= 170, `${sixteen.kernels} kernels`);
  assert.ok(sixteen.bytes < 16 * atDefaults.bytes - 14 * ADAM_BYTES, `${sixteen.bytes} bytes`);
});

/** What is stored in 16 bits moves half its bytes; Adam, the weights and the parts of sums stay as they are. */
test('a step in mixed precision, with 16-bit floats that are halves of words, or the adapter’s own', () => {
  const mixed = (batch: string, storesHalves: boolean) =>
    costs(['--precision', 'mixed', '--batch_size', batch], GUARANTEED, storesHalves);
  const [words, own, sixteen] = [mixed('1', false), mixed('1', true), mixed('16', true)];
  assert.ok(words.kernels <= 170 && sixteen.kernels <= 170);
  assert.ok(own.bytes < words.bytes && words.bytes <= 3.1e9, `${own.bytes}, ${words.bytes} bytes`);
  assert.ok(sixteen.bytes <= 7e9, `${sixteen.bytes} bytes`);
});
