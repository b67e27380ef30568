import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOf, type GpuMeasurements } from './gpuFigures.js';
import type { Precision } from './gpuStep.js';
import type { CudaWay, PyTorchResult } from './pytorch.js';

const step = (batch: number, milliseconds: number, precision: Precision = 'f32') => ({
  ...{ precision, batch, milliseconds, rows: [milliseconds], firstMilliseconds: 100 },
  memory: { buffers: 1010, predicted: 1000 },
});
const RESULT = {
  torch: '2',
  device: 'A card',
  fused_adam: false,
  threads: 2,
  generator_forward_ms: [],
  peak_rss_bytes: 1,
  peak_gpu_bytes: 1,
};
const torch = (...times: readonly (readonly [CudaWay, number | string])[]) =>
  new Map<CudaWay, PyTorchResult | string>(
    times.map(([way, time]) => [way, typeof time === 'string' ? time : { ...RESULT, step_ms: [time] }]),
  );
const costs = (kernels: number) => ({ kernels, bytes: 3.41e9, operations: 87e9 });
const measured: GpuMeasurements = {
  isDefault: true,
  steps: [step(1, 7), step(1, 3, 'mixed'), step(16, 50), step(16, 30, 'mixed')],
  costs: { defaults: costs(170), wgangp: costs(221), mixed: costs(180) },
  firstStepSeconds: 5.2,
  torch: new Map([
    [
      1,
      torch(
        ['eager, TF32', 14],
        ['strict fp32', 12],
        ['bf16 autocast, channels last', 5],
        ['compile, TF32', 'no Triton'],
      ),
    ],
    [16, torch(['eager, TF32', 17], ['strict fp32', 52])],
  ]),
};
const verdicts = (own: Partial<GpuMeasurements>) =>
  Object.fromEntries(
    figuresOf({ ...measured, ...own }).map(({ what, value, isMet }) => [what, [value, isMet]]),
  );

test('ours is compared with the best of those ways that are as exact, and told whether a target is met', () => {
  const found = verdicts({});
  assert.deepEqual(found["batch 1: ours, fp32 / PyTorch's best of fp32 and tf32"], [
    '0.58 (strict fp32)',
    true,
  ]);
  assert.deepEqual(found["batch 16: ours, fp32 / PyTorch's best of fp32"], ['0.96 (strict fp32)', true]);
  assert.deepEqual(found['the same in PyTorch, compile, TF32'], ['failed: no Triton', undefined]);
  assert.deepEqual(found['kernels a step, batch 1, defaults'], ['170', true]);
  assert.deepEqual(found['kernels a step, batch 1, wgangp'], ['221', false]);
  assert.deepEqual(found['bytes moved a step by plan, batch 1'], ['3.41 GB', false]);
  assert.deepEqual(found['from the command to the end of the first step, choices known'], ['5.2 s', false]);
  assert.deepEqual(found["batch 1: ours, mixed / PyTorch's best of fp32 and tf32 and bf16"], [
    '0.60 (bf16 autocast, channels last)',
    false,
  ]);
  assert.deepEqual(found["batch 16: ours, mixed / PyTorch's best of bf16"], [
    'not measured: no such way worked',
    undefined,
  ]);
  const slower = verdicts({ steps: [step(1, 7.3)] });
  assert.deepEqual(slower["batch 1: ours, fp32 / PyTorch's best of fp32 and tf32"], [
    '0.61 (strict fp32)',
    false,
  ]);
});

test('what was not measured is said, and is no target met', () => {
  const found = verdicts({ torch: new Map(), torchMissing: 'no python3', firstStepSeconds: 'not measured' });
  assert.deepEqual(found["batch 1: ours, fp32 / PyTorch's best of fp32 and tf32"], [
    'not measured: no python3',
    undefined,
  ]);
  assert.deepEqual(found['from the command to the end of the first step, choices known'], [
    'not measured',
    undefined,
  ]);
});

test('small sizes are measured and not judged, but for what is known before anything is run', () => {
  const judged = figuresOf({ ...measured, isDefault: false }).filter(({ isMet }) => isMet !== undefined);
  assert.deepEqual(
    judged.map(({ what }) => what.slice(0, 7)),
    ['kernels', 'kernels', 'bytes m'],
  );
});

test('our memory is compared with what was predicted', () => {
  const memory = (own: object) =>
    figuresOf({
      ...measured,
      steps: [{ ...step(1, 7), memory: { buffers: 1010, predicted: 1000, ...own } }],
    }).find(({ what }) => what.startsWith('memory'))!;
  assert.deepEqual([memory({}).value, memory({}).isMet], ['1.0 %', true]);
  assert.equal(memory({ buffers: 970 }).isMet, false);
  assert.match(memory({ system: 3e9 }).what, /the system says 3000.0 MB/);
});
