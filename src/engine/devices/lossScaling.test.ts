/**
 * Updates with a loss scale, on every device that has mixed precision: the rule of torch.amp.GradScaler, and Adam as if updates
 * that are left out had never been.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { assertClose } from '../../../test/assertClose.js';
import { foundDevices } from '../../../test/foundDevices.js';
import { fixture } from '../../../test/repository.js';
import { State } from '../ir/state.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { mul } from '../ops/elementwise.js';
import { downloadFloats } from '../runtime/device.js';
import type { Accumulation, AdamSettings } from '../runtime/optimiser.js';

interface Trajectory {
  readonly betas: [number, number];
  readonly epsilon: number;
  readonly start: number[];
  readonly steps: { lr: number; gradient: number[]; weight: number[]; m: number[]; v: number[] }[];
}
/** Of torch.optim.Adam in float64 (test/fixtures/optimiser.py). */
const trajectories: (Trajectory & { readonly id: string })[] = JSON.parse(
  readFileSync(fixture('adam.json'), 'utf8'),
);
/** The same with gradients that torch.nn.utils.clip_grad_norm_ has shortened. */
const clipped: Trajectory & { readonly clip_grad_norm: number } = JSON.parse(
  readFileSync(fixture('clipping.json'), 'utf8'),
);

const TOLERANCE = { relative: 2e-6, absolute: 0 };

for (const { name, device } of foundDevices.filter(({ device }) => device.hasMixedPrecision)) {
  after(() => device.dispose());

  /** A parameter of so many elements, and a function that updates it by gradients, which the loss scale multiplies. */
  const training = async (size: number, settings: AdamSettings) => {
    const weight = new State('w', f32(size), 'parameter', { kind: 'constant', value: 0 });
    const lossScale = new State('scale', f32(), 'buffer', { kind: 'constant', value: 0 });
    const optimiser = await device.optimiser([weight], { ...settings, lossScale });
    const trace = new Trace(true);
    const inputs = [mul(trace.input('g', f32(size)), trace.read(lossScale))];
    trace.hostStep({ kind: 'adam', name: 'W', states: [weight], inputs, learningRate: 'lr', lossScale });
    const executable = await device.compile(trace.program({}));
    const update = (gradient: readonly number[], lr: number, accumulation?: Accumulation) =>
      executable.run({ tensors: { g: Float32Array.from(gradient) }, scalars: { lr }, accumulation });
    return { weight, optimiser, scaling: optimiser.lossScaling!, update };
  };

  test(`${name}: the scale follows torch.amp.GradScaler's rule`, async () => {
    const { update, scaling } = await training(2, { betas: [0.5, 0.999], epsilon: 1e-8 });
    assert.deepEqual(await scaling.read(), { scale: 65_536, goodSteps: 0, skipped: 0 }, 'its first scale');
    const [fine, infinite, nan] = [
      [1, -1],
      [Number.POSITIVE_INFINITY, 0],
      [0, Number.NaN],
    ];
    // torch/amp/grad_scaler.py: backoff_factor 0.5, growth_factor 2, growth_interval 2000
    const steps = [
      [fine, { scale: 65_536, goodSteps: 1, skipped: 0 }],
      [infinite, { scale: 32_768, goodSteps: 0, skipped: 1 }],
      [nan, { scale: 16_384, goodSteps: 0, skipped: 2 }],
      [fine, { scale: 16_384, goodSteps: 1, skipped: 2 }],
    ] as const;
    for (const [i, [gradient, expected]] of steps.entries()) {
      await update(gradient, 0.1);
      assert.deepEqual(await scaling.read(), expected, `step ${i}`);
    }
    await scaling.write({ scale: 16_384, goodSteps: 1998, skipped: 2 });
    await update(fine, 0.1);
    assert.deepEqual(await scaling.read(), { scale: 16_384, goodSteps: 1999, skipped: 2 });
    await update(fine, 0.1);
    assert.deepEqual(await scaling.read(), { scale: 32_768, goodSteps: 0, skipped: 2 }, 'it grows');
    // a scale that would be infinite stays (aten/src/ATen/native/cuda/AmpKernels.cu: "Do not grow the scale past fp32 bounds")
    await scaling.write({ scale: 2 ** 127, goodSteps: 1999, skipped: 2 });
    await update([0, 0], 0.1);
    assert.deepEqual(await scaling.read(), { scale: 2 ** 127, goodSteps: 0, skipped: 2 });
    // of our own: it never becomes 0, however many updates are left out
    await scaling.write({ scale: 2 ** -23, goodSteps: 0, skipped: 2 });
    for (const skipped of [3, 4]) {
      await update(nan, 0.1);
      assert.deepEqual(await scaling.read(), { scale: 2 ** -24, goodSteps: 0, skipped });
    }
  });

  for (const { id, start, steps, ...settings } of trajectories) {
    test(`${name}: ${id}: with updates left out between them, weights and moments are PyTorch's`, async () => {
      const { weight, optimiser, update, scaling } = await training(start.length, settings);
      await device.upload(weight, Float32Array.from(start));
      await scaling.write({ scale: 2 ** 10, goodSteps: 0, skipped: 0 });
      for (const [i, { lr, gradient, weight: expected, m, v }] of steps.entries()) {
        await update(gradient, lr);
        const overflown = gradient.map((x, k) => (k === i % gradient.length ? Number.NEGATIVE_INFINITY : x));
        await update(overflown, lr);
        assertClose(await downloadFloats(device, weight), expected, `step ${i}: weight`, TOLERANCE);
        assertClose(await optimiser.download(weight, 'firstMoment'), m, `step ${i}: m`, TOLERANCE);
        assertClose(await optimiser.download(weight, 'secondMoment'), v, `step ${i}: v`, TOLERANCE);
      }
      const { skipped } = await scaling.read();
      assert.deepEqual([optimiser.updates, skipped], [2 * steps.length, steps.length]);
    });
  }

  test(`${name}: gradients are shortened as those of the loss itself`, async () => {
    const { start, steps, clip_grad_norm: clipNorm, ...settings } = clipped;
    const { weight, update } = await training(start.length, { ...settings, clipNorm });
    await device.upload(weight, Float32Array.from(start));
    for (const [i, { lr, gradient, weight: expected }] of steps.entries()) {
      await update(gradient, lr);
      assertClose(await downloadFloats(device, weight), expected, `step ${i}`, { relative: 2e-5 });
    }
  });

  test(`${name}: the average stays where an update is left out; accumulation begins anew after one`, async () => {
    const settings = { betas: [0.5, 0.999], epsilon: 1e-8, averaging: 0.75, accumulates: true } as const;
    const { weight, optimiser, update } = await training(2, settings);
    const accumulated = async (gradients: readonly (readonly number[])[]) => {
      for (const [i, gradient] of gradients.entries()) {
        await update(gradient, 0.1, { share: 0.5, isFirst: i === 0, isLast: i === 1 });
      }
      return [await downloadFloats(device, weight), await optimiser.download(weight, 'average')];
    };
    const before = await accumulated([
      [1, 2],
      [3, 4],
    ]);
    const leftOut = await accumulated([
      [Number.NaN, 2],
      [3, 4],
    ]);
    assert.deepEqual(leftOut, before);
    const after = await accumulated([
      [1, 2],
      [3, 4],
    ]);
    assert.ok(after.flatMap((numbers) => [...numbers]).every(Number.isFinite));
    assert.ok(after[0].every((x, i) => x < before[0][i]));
  });
}
