/** The requirements on every device of the registry whose programs several processes run together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertClose } from '../../../test/assertClose.js';
import { openTestDevice } from '../../../test/devices.js';
import { foundDevices } from '../../../test/foundDevices.js';
import { Twin } from '../../../test/twin.js';
import { grad } from '../autodiff/grad.js';
import { State } from '../ir/state.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { allReduce } from '../ops/allReduce.js';
import { exp, mul, scale, square } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { detach } from '../ops/shape.js';
import { type Device, downloadFloats } from '../runtime/device.js';
import type { AdamSettings } from '../runtime/optimiser.js';
import { openDevice } from './openDevice.js';
import type { DeviceName } from './registry.js';

/** The same, but for a gradient of its own that is not finite in its second update. */
class Overflowing extends Twin {
  override sum(arrays: readonly Float32Array[]): void {
    super.sum(arrays);
    if (this.calls.length === 2) arrays[1][2] = Number.NEGATIVE_INFINITY;
  }
}

const x = Float32Array.of(0.5, -1, 2);
/** Weights that lie apart in memory on some devices, and gradients that differ in each. */
const parameters = () =>
  ['v', 'w'].map((name) => new State(name, f32(3), 'parameter', { kind: 'constant', value: 0 }));

/** Adam on w and v by the gradients x and x², which are computed, times `factor`, in so many batches. */
async function trained(device: Device, settings: AdamSettings, factor: number, batches = 1) {
  const states = parameters();
  const optimiser = await device.optimiser(states, settings);
  const trace = new Trace(true);
  const input = trace.input('x', f32(3));
  const inputs = [scale(input, factor), scale(square(input), factor)];
  trace.hostStep({ kind: 'adam', name: 'W', states, inputs, learningRate: 'lr' });
  const executable = await device.compile(trace.program({}));
  for (let step = 0; step < 3; step++) {
    for (let i = 0; i < batches; i++) {
      const accumulation =
        batches === 1 ? undefined : { share: 1 / batches, isFirst: i === 0, isLast: i === batches - 1 };
      const data = x.map((value) => value * (1 + step + i / 4));
      await executable.run({ tensors: { x: data }, scalars: { lr: 0.1 }, accumulation });
    }
  }
  const moments = states.map((state) => optimiser.download(state, 'secondMoment'));
  const weights = states.map((state) => downloadFloats(device, state));
  return (await Promise.all([...weights, ...moments])).flatMap((floats) => [...floats]);
}

for (const { name, device: alone } of foundDevices) {
  await alone.dispose();
  if (name === 'interpreter') continue;

  /** A device of its own with a second process. */
  const inPair = (title: string, check: (device: Device, twin: Twin) => Promise<void>, twin = new Twin()) =>
    test(`${name}: ${title}`, async () => {
      const device = await openDevice(name as DeviceName, {
        ...{ threads: 1, boundsChecks: true, collective: twin },
      });
      try {
        await check(device, twin);
      } finally {
        await device.dispose();
      }
    });

  inPair('sums are taken where a program has them, round by round', async (device, twin) => {
    assert.equal(device.collective, twin);
    const trace = new Trace(true);
    const own = trace.input('x', f32(3));
    const y = allReduce(own);
    const z = allReduce(exp(scale(y, 0.1)));
    const [gradient] = grad(sum(mul(z, y)), [own]);
    const total = allReduce(sum(square(own)));
    const executable = await device.compile(trace.program({ y: detach(y), z, gradient, total }));
    for (let run = 0; run < 2; run++) {
      twin.calls.length = 0;
      const results = await executable.run({ tensors: { x } });
      const expected = {
        y: [...x].map((v) => 2 * v),
        z: [...x].map((v) => 2 * Math.exp(0.2 * v)),
        // L = Σ z y with y = 2x, z = 2 exp(y/10): each sum's gradient is summed again
        gradient: [...x].map((v) => 2 * (2 * Math.exp(0.2 * v) + 2 * 2 * v * 0.1 * Math.exp(0.2 * v))),
        total: [2 * 5.25],
      };
      for (const [output, numbers] of Object.entries(expected))
        assertClose((await results.fetch(output)) as Float32Array, numbers, output);
      assert.deepEqual(twin.calls, [[3, 1], [3, 3], [3]]);
    }
  });

  const settings: Readonly<Record<string, readonly [AdamSettings, number?]>> = {
    plain: [{ betas: [0.5, 0.999], epsilon: 1e-8 }],
    clipped: [{ betas: [0.5, 0.999], epsilon: 1e-8, clipNorm: 0.7 }],
    averaged: [{ betas: [0.5, 0.999], epsilon: 1e-8, averaging: 0.9 }],
    accumulated: [{ betas: [0.5, 0.999], epsilon: 1e-8, accumulates: true, clipNorm: 0.7 }, 2],
  };
  for (const [what, [adam, batches]] of Object.entries(settings)) {
    inPair(`an update is by the gradients of all: ${what}`, async (device, twin) => {
      const found = await trained(device, adam, 1, batches);
      const oracle = await openTestDevice('interpreter');
      assertClose(found, await trained(oracle, adam, 2, batches), 'weights and moments');
      assert.equal(twin.calls.length, 3, 'once an update');
    });
  }

  if (!alone.hasMixedPrecision) continue;
  inPair(
    'an update is left out by all where the gradients of one are not finite',
    async (device) => {
      const states = parameters();
      const lossScale = new State('scale', f32(), 'buffer', { kind: 'constant', value: 0 });
      const optimiser = await device.optimiser(states, { betas: [0.5, 0.999], epsilon: 1e-8, lossScale });
      const trace = new Trace(true);
      const input = mul(trace.input('x', f32(3)), trace.read(lossScale));
      const inputs = [input, scale(input, -2)];
      trace.hostStep({ kind: 'adam', name: 'W', states, inputs, learningRate: 'lr', lossScale });
      const executable = await device.compile(trace.program({}));
      const weights: (readonly number[])[] = [];
      for (let step = 0; step < 3; step++) {
        await executable.run({ tensors: { x }, scalars: { lr: 0.1 } });
        weights.push([...(await downloadFloats(device, states[0]))]);
      }
      assert.deepEqual(weights[1], weights[0]);
      assert.deepEqual(await optimiser.lossScaling!.read(), { scale: 32_768, goodSteps: 1, skipped: 1 });
      // by gradients that stay the same, each update of Adam is the learning rate
      assertClose(Float32Array.from(weights[2]), [-0.2, 0.2, -0.2], 'after two updates');
    },
    new Overflowing(),
  );
}
