import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertClose } from '../../../../test/assertClose.js';
import { fixture } from '../../../../test/repository.js';
import { State } from '../../ir/state.js';
import { f32 } from '../../ir/tensorType.js';
import { Adam } from './adam.js';
import { OptimiserMemory } from './optimiserMemory.js';

/** A trajectory of torch.optim.Adam in float64 (test/fixtures/optimiser.py). */
interface Trajectory {
  readonly id: string;
  readonly betas: [number, number];
  readonly epsilon: number;
  readonly start: number[];
  readonly steps: { lr: number; gradient: number[]; weight: number[]; m: number[]; v: number[] }[];
}
const trajectories: Trajectory[] = JSON.parse(readFileSync(fixture('adam.json'), 'utf8'));

const parameter = (name: string, length: number) =>
  new State(name, f32(length), 'parameter', { kind: 'constant', value: 0 });

for (const { id, start, steps, ...constants } of trajectories) {
  test(`${id}: weights and moments are PyTorch's at every step, in every slab`, async () => {
    const states = [
      parameter('first', start.length),
      parameter('filler', 1000),
      parameter('last', start.length),
    ];
    const memory = new OptimiserMemory(states, [], 1024);
    assert.equal(memory.slabs.length, 2, 'the last state is in a memory of its own');
    const adam = new Adam(states, constants, memory);
    const compared = [states[0], states[2]];
    for (const state of compared) memory.of(state, 'parameter').set(start);
    for (const [i, { lr, gradient, weight, m, v }] of steps.entries()) {
      for (const state of compared) memory.of(state, 'gradient').set(gradient);
      await adam.update(lr);
      assert.equal(adam.updates, i + 1);
      for (const state of compared) {
        const single = { relative: 3e-7, absolute: 0 };
        assertClose(memory.of(state, 'parameter'), weight, `step ${i}: weight`, single);
        assertClose(memory.of(state, 'firstMoment'), m, `step ${i}: m`, single);
        assertClose(memory.of(state, 'secondMoment'), v, `step ${i}: v`, single);
      }
    }
    assert.ok(
      memory.of(states[1], 'parameter').every((element) => element === 0),
      'without gradient nothing moves',
    );
  });
}
