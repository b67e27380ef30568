import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDevice } from '../../../../test/devices.js';
import { grad } from '../../autodiff/grad.js';
import { withScope } from '../../ir/scope.js';
import { f32 } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import { conv2d } from '../../ops/conv.js';
import { exp, square } from '../../ops/elementwise.js';
import { sum } from '../../ops/reduce.js';
import { openDevice } from '../openDevice.js';

test('a run copies none of its results; one that is asked for is copied once', async () => {
  const trace = new Trace(true);
  const length = 8 << 20;
  const device = await openTestDevice();
  const executable = await device.compile(trace.program({ y: exp(trace.input('x', f32(length))) }));
  const x = new Float32Array(length);
  const grown = async (run: () => Promise<unknown>) => {
    let most = 0;
    for (let i = 0; i < 4; i++) {
      const before = process.memoryUsage().arrayBuffers;
      await run();
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    return most;
  };
  assert.ok(
    (await grown(() => executable.run({ tensors: { x } }))) < 2 * length,
    'a run leaves copies behind',
  );
  const results = await executable.run({ tensors: { x } });
  assert.ok((await grown(() => results.fetch('y'))) >= 4 * length);
  await device.dispose();
});

test('a weight’s gradient is computed before the walk back goes on to the layers below', async () => {
  const trace = new Trace(true);
  const weights = [0, 1, 2, 3].map((i) => trace.input(`w${i}`, f32(8, 8, 3, 3)));
  let y = trace.input('x', f32(1, 8, 16, 16));
  for (const [i, weight] of weights.entries()) {
    y = withScope(`layer${i}`, () => conv2d(square(y), weight, undefined, { stride: 1, padding: 1 }));
  }
  const gradients = grad(sum(square(y)), weights);
  const outputs = Object.fromEntries(gradients.map((gradient, i) => [`g${i}`, gradient]));
  const device = await openDevice(undefined, { threads: 1, profiling: true });
  const executable = await device.compile(trace.program(outputs));
  const numbers = (length: number) => new Float32Array(length).fill(0.1);
  const tensors = {
    x: numbers(8 * 256),
    ...Object.fromEntries(weights.map((_, i) => [`w${i}`, numbers(576)])),
  };
  await executable.run({ tensors });
  await executable.dispose();
  // ONNX Runtime's own record of the order in which it ran the nodes.
  const names = (await device.profile()).nodes.map(({ name }) => name);
  await device.dispose();
  const first = (layer: number, op: string) =>
    names.findIndex((name) => name.startsWith(`layer${layer}.gradient.${op}`));
  for (const layer of [1, 2, 3]) {
    const [byWeight, below] = [first(layer, 'convWeightGradient'), first(layer - 1, 'conv')];
    assert.ok(byWeight >= 0 && below >= 0, `${names}`);
    assert.ok(
      byWeight < below,
      `the gradient of w${layer} waits until layer ${layer - 1} has been walked through`,
    );
  }
});
