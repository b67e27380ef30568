import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mock, test } from 'node:test';
import { assertClose } from '../../test/assertClose.js';
import { operand } from '../../test/checkOp.js';
import { fixture } from '../../test/repository.js';
import { State } from '../ir/state.js';
import { f32 } from '../ir/tensorType.js';
import { ADAM_CHUNK, Adam } from './adam.js';
import { Session, type TensorArray } from './session.js';
import { StateStore } from './stateStore.js';

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

async function makeAdam(states: readonly State[], constants: Pick<Trajectory, 'betas' | 'epsilon'>) {
  const store = new StateStore();
  store.allocate(states, ADAM_CHUNK);
  return { store, adam: await Adam.create(states, store, constants, { threads: 1 }) };
}

for (const { id, start, steps, ...constants } of trajectories) {
  test(`${id}: weights and moments are PyTorch's at every step, on both sides of a piece's end`, async () => {
    const states = [
      parameter('first', start.length),
      parameter('filler', ADAM_CHUNK),
      parameter('last', start.length),
    ];
    const { store, adam } = await makeAdam(states, constants);
    const compared = [states[0], states[2]];
    const partOf = (array: Float32Array, state: State) => {
      const { offset, length } = adam.arena.extents.get(state)!;
      return array.subarray(offset, offset + length);
    };
    assert.ok(adam.arena.extents.get(states[2])!.offset > ADAM_CHUNK);
    for (const state of compared) store.floats(state).set(start);
    for (const [i, { lr, gradient, weight, m, v }] of steps.entries()) {
      for (const state of compared) partOf(adam.gradients, state).set(gradient);
      await adam.update(lr);
      assert.equal(adam.updates, i + 1);
      for (const state of compared) {
        const single = { relative: 3e-7, absolute: 0 };
        assertClose(store.floats(state), weight, `step ${i}: weight`, single);
        assertClose(partOf(adam.firstMoment, state), m, `step ${i}: m`, single);
        assertClose(partOf(adam.secondMoment, state), v, `step ${i}: v`, single);
      }
    }
    assert.ok(
      store.floats(states[1]).every((element) => element === 0),
      'without gradient nothing moves',
    );
    await adam.dispose();
  });
}

test('updating in place gives bit for bit what an update into fresh memory gives', async () => {
  const bind = mock.method(Session.prototype, 'bind');
  const state = parameter('w', ADAM_CHUNK);
  const { store, adam } = await makeAdam([state], { betas: [0.5, 0.999], epsilon: 1e-8 });
  assert.equal(bind.mock.callCount(), 1);
  const session = bind.mock.calls[0].this as Session;
  const [inputs, outputs] = bind.mock.calls[0].arguments;
  bind.mock.restore();

  store.floats(state).set(operand([ADAM_CHUNK], 1).data);
  for (let step = 0; step < 3; step++) {
    adam.gradients.set(operand([ADAM_CHUNK], 2 + step).data);
    const before = new Map(
      [...inputs].map(([name, { data, shape }]) => [name, { data: data.slice(), shape }]),
    );
    await adam.update(2e-4);
    for (const [name, { data }] of inputs) if (data.length === 1) before.get(name)!.data.set(data as never);
    const fresh = new Map<string, TensorArray>(
      [...outputs].map(([name, { length }]) => [name, new Float32Array(length)]),
    );
    await session.run(session.bind(before, fresh));
    let aliased = 0;
    for (const [name, inPlace] of outputs) {
      if ([...inputs.values()].some(({ data }) => data.buffer === inPlace.buffer)) aliased++;
      assert.equal(
        Buffer.compare(bytes(inPlace), bytes(fresh.get(name)!)),
        0,
        `output ${name}, step ${step}`,
      );
    }
    assert.equal(aliased, 3, 'weights and both moments are fed and fetched in one memory');
  }
  await adam.dispose();
});

const bytes = ({ buffer, byteOffset, byteLength }: TensorArray) =>
  new Uint8Array(buffer, byteOffset, byteLength);

test('states that share an arena with others are refused', async () => {
  const [a, b] = [parameter('a', 3), parameter('b', 3)];
  const store = new StateStore();
  store.allocate([a, b], ADAM_CHUNK);
  const constants = { betas: [0.5, 0.999], epsilon: 1e-8 } as const;
  await assert.rejects(Adam.create([a], store, constants, { threads: 1 }), /an arena of their own/);
});
