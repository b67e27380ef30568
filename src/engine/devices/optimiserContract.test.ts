/** The requirements on the optimisers of every device of the registry, tested through programs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { assertClose } from '../../../test/assertClose.js';
import { foundDevices } from '../../../test/foundDevices.js';
import { fixture } from '../../../test/repository.js';
import { grad } from '../autodiff/grad.js';
import { State } from '../ir/state.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { add, mul, scale, square } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { detach, reshape } from '../ops/shape.js';
import { downloadFloats } from '../runtime/device.js';
import type { RunInputs } from '../runtime/executable.js';
import type { AdamSettings } from '../runtime/optimiser.js';

/** A trajectory of torch.optim.Adam in float64 (test/fixtures/optimiser.py). */
interface Trajectory {
  readonly id: string;
  readonly betas: [number, number];
  readonly epsilon: number;
  readonly start: number[];
  readonly steps: { lr: number; gradient: number[]; weight: number[]; m: number[]; v: number[] }[];
}
const trajectories: Trajectory[] = JSON.parse(readFileSync(fixture('adam.json'), 'utf8'));

const plain: AdamSettings = { betas: [0.5, 0.999], epsilon: 1e-8 };
const parameter = (name: string, ...shape: number[]) =>
  new State(name, f32(...shape), 'parameter', { kind: 'constant', value: 0 });
const single = { relative: 5e-7, absolute: 0 };

for (const { name, device } of foundDevices) {
  const contract = (title: string, check: () => Promise<void>) => test(`${name}: ${title}`, check);
  after(() => device.dispose());

  /** Parameters of these sizes, and a function that updates them by gradients that it is given, one after the other. */
  const training = async (sizes: readonly number[], settings: AdamSettings) => {
    const states = sizes.map((size, i) => parameter(`w${i}`, size));
    const optimiser = await device.optimiser(states, settings);
    const trace = new Trace(true);
    const inputs = sizes.map((size, i) => detach(trace.input(`g${i}`, f32(size))));
    trace.hostStep({ kind: 'adam', name: 'W', states, inputs, learningRate: 'lr' });
    const executable = await device.compile(trace.program({}));
    const update = (
      gradients: readonly (readonly number[])[],
      lr: number,
      accumulation?: RunInputs['accumulation'],
    ) => {
      const tensors = gradients.map((g, i) => [`g${i}`, Float32Array.from(g)]);
      return executable.run({ tensors: Object.fromEntries(tensors), scalars: { lr }, accumulation });
    };
    return { states, optimiser, update };
  };

  for (const { id, start, steps, ...settings } of trajectories) {
    contract(`${id}: weights and moments are PyTorch's at every step`, async () => {
      const { states, optimiser, update } = await training([start.length, 3], settings);
      await device.upload(states[0], Float32Array.from(start));
      for (const [i, { lr, gradient, weight, m, v }] of steps.entries()) {
        await update([gradient, [0, 0, 0]], lr);
        assert.equal(optimiser.updates, i + 1);
        assertClose(await downloadFloats(device, states[0]), weight, `step ${i}: weight`, single);
        assertClose(await optimiser.download(states[0], 'firstMoment'), m, `step ${i}: m`, single);
        assertClose(await optimiser.download(states[0], 'secondMoment'), v, `step ${i}: v`, single);
      }
      assert.deepEqual([...(await device.download(states[1]))], [0, 0, 0], 'without gradient nothing moves');
    });
  }

  contract(
    'from moments and a count that were saved, the next update is that of the run that was',
    async () => {
      const [{ start, steps, ...settings }] = trajectories;
      const { states, optimiser, update } = await training([start.length], settings);
      const last = steps.length - 1;
      await device.upload(states[0], Float32Array.from(steps[last - 1].weight));
      await optimiser.upload(states[0], 'firstMoment', Float32Array.from(steps[last - 1].m));
      await optimiser.upload(states[0], 'secondMoment', Float32Array.from(steps[last - 1].v));
      optimiser.updates = last;
      await update([steps[last].gradient], steps[last].lr);
      assertClose(await downloadFloats(device, states[0]), steps[last].weight, 'weight', single);
    },
  );

  contract('gradients are shortened together, by PyTorch’s formula', async () => {
    const { states, optimiser, update } = await training([1, 1], { ...plain, clipNorm: 2.5e-4 });
    await update([[3e-4], [4e-4]], 1);
    const factor = 2.5e-4 / (5e-4 + 1e-6); // torch/nn/utils/clip_grad.py: max_norm / (total_norm + 1e-6)
    for (const [i, gradient] of [3e-4, 4e-4].entries()) {
      const m = await optimiser.download(states[i], 'firstMoment');
      assertClose(m, [0.5 * gradient * factor], `m ${i}`, { relative: 1e-6, absolute: 0 });
    }
    const {
      states: others,
      optimiser: second,
      update: small,
    } = await training([1], { ...plain, clipNorm: 1 });
    await small([[0.25]], 1);
    assert.deepEqual([...(await second.download(others[0], 'firstMoment'))], [0.125], 'short ones stay');
  });

  contract('accumulated gradients make one update, with the last of them', async () => {
    const [parts, whole] = [await training([2], { ...plain, accumulates: true }), await training([2], plain)];
    const shares = [0.5, 0.25, 0.25];
    for (let step = 0; step < 2; step++) {
      const gradients = [
        [1, 2],
        [3, -4],
        [5, 8],
      ];
      for (const [i, gradient] of gradients.entries()) {
        assert.equal(parts.optimiser.updates, step);
        await parts.update([gradient], 0.1, { share: shares[i], isFirst: i === 0, isLast: i === 2 });
      }
      await whole.update([[0.5 + 0.75 + 1.25, 1 - 1 + 2]], 0.1);
    }
    const [found, expected] = await Promise.all(
      [parts, whole].map(({ states }) => device.download(states[0])),
    );
    assert.deepEqual(found, expected);
  });

  contract(
    'a moving average follows the parameters, and changes places with them for as long as it is asked',
    async () => {
      const { states, optimiser, update } = await training([2], { ...plain, averaging: 0.75 });
      const weights = () => downloadFloats(device, states[0]);
      const average = () => optimiser.download(states[0], 'average');
      await device.upload(states[0], Float32Array.of(1, 2));
      await optimiser.startAverage();
      assert.deepEqual([...(await average())], [1, 2]);
      let expected = [1, 2];
      for (let step = 0; step < 3; step++) {
        await update([[1, -1]], 0.1);
        const now = await weights();
        expected = expected.map((x, i) => 0.75 * x + 0.25 * now[i]);
        assertClose(await average(), expected, `step ${step}`, { relative: 1e-6, absolute: 0 });
      }
      const [own, averaged] = [await weights(), await average()];
      await optimiser.exchangeAverage();
      assert.deepEqual([await weights(), await average()], [averaged, own]);
      await optimiser.exchangeAverage();
      assert.deepEqual([await weights(), await average()], [own, averaged]);
      await optimiser.upload(states[0], 'average', Float32Array.of(5, 6));
      assert.deepEqual([...(await average())], [5, 6]);
    },
  );

  contract('what is not kept, not trained or of another size is refused', async () => {
    const { states, optimiser } = await training([2], plain);
    await assert.rejects(optimiser.download(states[0], 'average'), /keeps no average/);
    await assert.rejects(optimiser.download(parameter('other', 2), 'gradient'), /other is not trained/);
    await assert.rejects(optimiser.upload(states[0], 'firstMoment', new Float32Array(3)), /w0/);
  });

  /** w ← Adam of (w - 3)², and (w - 3)² by the updated w as an output. */
  const descent = () => {
    const weight = parameter('w', 2, 2);
    const trace = new Trace(true);
    const x = trace.input('x', f32());
    const distance = () => square(add(trace.read(weight), scale(x, -3)));
    const before = sum(distance());
    const inputs = grad(before, [trace.read(weight)]);
    trace.hostStep({ kind: 'adam', name: 'W', states: [weight], inputs, learningRate: 'lr_W' });
    return { weight, program: trace.program({ before, after: sum(distance()) }) };
  };

  contract('a program updates its states between its parts, and learns', async () => {
    const { weight, program } = descent();
    const optimiser = await device.optimiser([weight], { betas: [0.9, 0.999], epsilon: 1e-8 });
    const executable = await device.compile(program);
    const tensors = { x: Float32Array.of(1) };
    const losses: number[] = [];
    for (let step = 0; step < 3; step++) {
      const results = await executable.run({ tensors, scalars: { lr_W: 1 } });
      for (const output of ['before', 'after']) losses.push(Number((await results.fetch(output))[0]));
    }
    // Adam's first steps are lr · sign: w goes from 0 to 1, and the loss over 4 elements from 36 to 16
    assert.ok(Math.abs(losses[0] - 36) < 1e-4 && Math.abs(losses[1] - 16) < 1e-4, `${losses}`);
    for (let step = 1; step < 3; step++) {
      assert.equal(losses[2 * step], losses[2 * step - 1], 'the next step starts where this one ended');
      assert.ok(losses[2 * step + 1] < losses[2 * step]);
    }
    assert.equal(optimiser.updates, 3);
    await assert.rejects(executable.run({ tensors }), /the scalar lr_W is not given/);
    await executable.dispose();
  });

  contract('a program whose optimiser is not there is refused', async () => {
    const { weight, program } = descent();
    await device.allocate([weight]);
    await assert.rejects(device.compile(program), /there is no optimiser W/);
  });

  contract('a gradient that is a reshaped view comes in the right order', async () => {
    const weight = parameter('w', 2, 3);
    const optimiser = await device.optimiser([weight], plain);
    const trace = new Trace(true);
    const loss = sum(mul(reshape(trace.read(weight), [6]), trace.input('factor', f32(6))));
    const inputs = grad(loss, [trace.read(weight)]);
    trace.hostStep({ kind: 'adam', name: 'W', states: [weight], inputs, learningRate: 'lr_W' });
    const executable = await device.compile(trace.program({ loss }));
    await executable.run({ tensors: { factor: Float32Array.of(1, 2, 3, 4, 5, 6) }, scalars: { lr_W: 0 } });
    assert.deepEqual([...(await optimiser.download(weight, 'gradient'))], [1, 2, 3, 4, 5, 6]);
    await executable.dispose();
  });

  contract('parameters that have one gradient in common are all updated by it', async () => {
    const states = ['a', 'b'].map((state) => parameter(state, 3));
    await device.optimiser(states, plain);
    const trace = new Trace(true);
    const [a, b] = states.map((state) => trace.read(state));
    const inputs = grad(sum(mul(add(a, b), trace.input('x', f32(3)))), [a, b]);
    assert.equal(inputs[0], inputs[1], 'd/da (a + b) is d/db (a + b), the same value');
    trace.hostStep({ kind: 'adam', name: 'W', states, inputs, learningRate: 'lr_W' });
    const executable = await device.compile(trace.program({}));
    await executable.run({ tensors: { x: Float32Array.of(1, 2, 3) }, scalars: { lr_W: 0.5 } });
    for (const state of states)
      assertClose(await downloadFloats(device, state), [-0.5, -0.5, -0.5], state.name);
    await executable.dispose();
  });
}
