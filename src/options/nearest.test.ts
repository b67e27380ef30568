import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearestName } from './nearest.js';

test('edit distances known from the literature', () => {
  assert.equal(editDistance('kitten', 'sitting'), 3); // Levenshtein's standard example
  assert.equal(editDistance('saturday', 'sunday'), 3);
  assert.equal(editDistance('ca', 'abc'), 3); // 2 if swapped letters could be edited again (Damerau's full distance)
  assert.equal(editDistance('abcd', 'acbd'), 1);
  assert.equal(editDistance('', 'abc'), 3);
});

test('the distance is symmetric, zero for equal words only, and bounded by the lengths', () => {
  const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      assert.equal(distance, editDistance(b, a));
      assert.equal(distance === 0, a === b);
      assert(distance <= Math.max(a.length, b.length));
      assert(distance >= Math.abs(a.length - b.length));
    }),
  );
});

test('a single slip in a name of four letters or more finds it', () => {
  const names = ['lambda_L1', 'load_size', 'crop_size', 'direction', 'batch_size'];
  const slip = fc.record({ name: fc.constantFrom(...names), at: fc.nat(), letter: fc.constantFrom('q', '') });
  fc.assert(
    fc.property(slip, ({ name, at, letter }) => {
      const i = at % name.length;
      assert.equal(nearestName(name.slice(0, i) + letter + name.slice(i + 1), names), name);
    }),
  );
});

test('nothing is near a word of another kind', () => {
  assert.equal(nearestName('zzz', ['lr', 'norm', 'lambda_L1']), undefined);
  assert.equal(nearestName('', ['lr']), undefined);
});
