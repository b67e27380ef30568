import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { State } from '../../ir/state.js';
import { f32 } from '../../ir/tensorType.js';
import { OptimiserMemory, QUANTITIES } from './optimiserMemory.js';

const parameter = (length: number, i: number) =>
  new State(`w${i}`, f32(length), 'parameter', { kind: 'constant', value: 0 });

test('every quantity of every state has memory of its own, in slabs that are not exceeded', () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 30 }), (lengths) => {
      const states = lengths.map(parameter);
      const memory = new OptimiserMemory(states, [], 256);
      for (const { length } of memory.slabs) assert.ok(length <= 256 && length % 16 === 0);
      const places = states.flatMap((state) => QUANTITIES.map((quantity) => memory.of(state, quantity)));
      for (const [i, place] of places.entries()) place.fill(i + 1);
      for (const [i, place] of places.entries()) {
        assert.equal(place.length, lengths[Math.floor(i / QUANTITIES.length)]);
        assert.ok(place.every((element) => element === i + 1));
      }
    }),
  ));

test('a state of another optimiser is refused by name', () => {
  const [own, other] = [3, 4].map(parameter);
  assert.throws(() => new OptimiserMemory([own]).of(other, 'gradient'), /w1 is not trained/);
});

test('more than there is: the size that was needed is told', () => {
  const huge = Array.from({ length: 3 }, (_, i) => parameter(2 ** 29, i));
  assert.throws(
    () => new OptimiserMemory(huge),
    /there is no memory for the weights[\s\S]*parameters {2}536870912[\s\S]*8\.59 GB/,
  );
});
