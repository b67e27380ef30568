import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shapes } from '../../../../test/arbitraries.js';
import { State } from '../../ir/state.js';
import { elementCount, f32, i64 } from '../../ir/tensorType.js';
import { layOut, StateStore } from './stateStore.js';

const floatState = (shape: readonly number[], index: number) =>
  new State(`s${index}`, f32(...shape), 'parameter', { kind: 'constant', value: 0 });
const counter = new State('tracked', i64(), 'counter', { kind: 'constant', value: 0 });

test('states lie in order, apart, each on a cache line of its own', () =>
  fc.assert(
    fc.property(fc.array(shapes, { minLength: 1 }), (all) => {
      const states = all.map(floatState);
      const { length, extents } = layOut(states);
      let end = 0;
      for (const state of states) {
        const extent = extents.get(state)!;
        assert.equal(extent.length, elementCount(state.type.shape));
        assert.ok(extent.offset >= end && extent.offset - end < 16, 'the gap is less than a cache line');
        assert.equal((extent.offset * Float32Array.BYTES_PER_ELEMENT) % 64, 0);
        end = extent.offset + extent.length;
      }
      assert.ok(end <= length && length - end < 16);
    }),
  ));

test('writing to a state changes it alone', () => {
  const states = [[3], [2, 2], []].map(floatState);
  const store = new StateStore();
  store.allocate([...states, counter]);
  states.forEach((state, i) => {
    store.floats(state).fill(i + 1);
  });
  assert.deepEqual(
    states.map((state) => [...store.floats(state)]),
    [[1, 1, 1], [2, 2, 2, 2], [3]],
  );
  assert.deepEqual([...store.counter(counter)], [0n]);
});

test('what was not allocated, and what is of the other kind, is refused by name', () => {
  const [state] = [[3]].map(floatState);
  const store = new StateStore();
  assert.ok(!store.has(state));
  assert.throws(() => store.floats(state), /s0 is no allocated f32 state/);
  store.allocate([state, counter]);
  assert.ok(store.has(state));
  assert.throws(() => store.counter(state), /s0 is no allocated counter/);
  assert.throws(() => store.floats(counter), /tracked is no allocated f32 state/);
});
