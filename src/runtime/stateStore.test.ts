import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shapes } from '../../test/arbitraries.js';
import { State } from '../ir/state.js';
import { elementCount, f32, i64 } from '../ir/tensorType.js';
import { layOut, StateStore } from './stateStore.js';

const floatState = (shape: readonly number[], index: number) =>
  new State(`s${index}`, f32(...shape), 'parameter', { kind: 'constant', value: 0 });
const counter = new State('tracked', i64(), 'counter', { kind: 'constant', value: 0 });

test('states lie in order, apart, each on a cache line of its own, in whole pieces', () =>
  fc.assert(
    fc.property(fc.array(shapes, { minLength: 1 }), fc.constantFrom(16, 64, 1000), (all, granularity) => {
      const states = all.map(floatState);
      const { data, extents } = layOut(states, granularity);
      assert.equal(data.length % granularity, 0);
      let end = 0;
      for (const state of states) {
        const { offset, length } = extents.get(state)!;
        assert.equal(length, elementCount(state.type.shape));
        assert.ok(offset >= end && offset - end < 16, 'the gap is less than a cache line');
        assert.equal((offset * Float32Array.BYTES_PER_ELEMENT) % 64, 0);
        end = offset + length;
      }
      assert.ok(end <= data.length && data.length - end < granularity + 16);
    }),
  ));

test('writing to a state changes it alone, in the memory of its arena', () => {
  const states = [[3], [2, 2], []].map(floatState);
  const store = new StateStore();
  store.allocate([...states, counter]);
  states.forEach((state, i) => {
    store.floats(state).fill(i + 1);
  });
  const arena = store.arenaOf(states);
  assert.deepEqual(
    states.map((state) => [...store.floats(state)]),
    [[1, 1, 1], [2, 2, 2, 2], [3]],
  );
  assert.equal(
    arena.data.reduce((total, x) => total + x, 0),
    3 + 8 + 3,
    'the gaps stay zero',
  );
  for (const state of states) assert.equal(store.floats(state).buffer, arena.data.buffer);
  assert.deepEqual([...store.counter(counter)], [0n]);
});

test('an arena is given to those alone that fill it', () => {
  const states = [[3], [2, 2]].map(floatState);
  const store = new StateStore();
  store.allocate(states);
  assert.equal(store.arenaOf(states).extents.size, 2);
  assert.throws(() => store.arenaOf(states.slice(1)), /an arena of their own/);
  assert.throws(() => store.arenaOf([counter]), /an arena of their own/);
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
