import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PathListBuilder } from '../listing/pathList.js';
import { matchNames } from './matchNames.js';

function listOf(names: readonly string[]) {
  const builder = new PathListBuilder();
  for (const name of names) builder.add(name);
  return builder.sorted();
}

/** The same by maps of strings: what is left after equal names is matched by stem, where that says which. */
function matchStraightforwardly(a: readonly string[], b: readonly string[]) {
  const stem = (name: string) => name.slice(0, name.lastIndexOf('.'));
  const partners = new Map(a.filter((name) => b.includes(name)).map((name) => [name, name]));
  const rest = new Set(b.filter((name) => !partners.has(name)));
  for (const name of a.filter((name) => !partners.has(name))) {
    const candidates = b.filter((other) => !a.includes(other) && stem(other) === stem(name));
    if (candidates.length === 1 && rest.delete(candidates[0])) partners.set(name, candidates[0]);
  }
  return { partners, aloneA: a.filter((name) => !partners.has(name)), aloneB: [...rest] };
}

const name = fc
  .tuple(
    fc.constantFrom('1', '1-a', '1.5', '2', 's/1', 's/é', 't.x/1'),
    fc.constantFrom('.jpg', '.png', '.bmp'),
  )
  .map((parts) => parts.join(''));
const names = fc.uniqueArray(name, { maxLength: 14 }).map((all) => all.sort());

test('partners are those that a search through all names finds, and so are the names without one', () => {
  fc.assert(
    fc.property(names, names, (a, b) => {
      const expected = matchStraightforwardly(a, b);
      const { partners, aloneA, aloneB } = matchNames(listOf(a), listOf(b));
      assert.deepEqual(
        aloneA.map((place) => a[place]),
        expected.aloneA,
      );
      assert.deepEqual(
        aloneB.map((place) => b[place]),
        expected.aloneB,
      );
      a.forEach((nameA, place) => {
        if (!aloneA.includes(place)) assert.equal(b[partners[place]], expected.partners.get(nameA));
      });
    }),
    { numRuns: 1000 },
  );
});
