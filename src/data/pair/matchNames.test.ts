import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PathListBuilder } from '../listing/pathList.js';
import { tellApart } from './composedNames.js';
import { matchNames } from './matchNames.js';

function listOf(names: readonly string[]) {
  const builder = new PathListBuilder();
  for (const name of names) builder.add(name);
  return builder.sorted();
}

/**
 * The same by maps of strings: what is left after equal names is matched as it is in NFC, and what is left then by stem,
 * where that says which.
 */
function matchStraightforwardly(a: readonly string[], b: readonly string[]) {
  const composed = (name: string) => name.normalize('NFC');
  const stem = (name: string) => composed(name).slice(0, composed(name).lastIndexOf('.'));
  const partners = new Map(a.filter((name) => b.includes(name)).map((name) => [name, name]));
  const rest = new Set(b.filter((name) => !partners.has(name)));
  for (const name of a.filter((name) => !partners.has(name))) {
    const other = [...rest].find((other) => composed(other) === composed(name));
    if (other !== undefined && rest.delete(other)) partners.set(name, other);
  }
  const left = [...rest];
  for (const name of a.filter((name) => !partners.has(name))) {
    const candidates = left.filter((other) => stem(other) === stem(name));
    if (candidates.length === 1 && rest.delete(candidates[0])) partners.set(name, candidates[0]);
  }
  return { partners, aloneA: a.filter((name) => !partners.has(name)), aloneB: [...rest] };
}

const name = fc
  .tuple(
    fc.constantFrom('1', '1-a', '1.5', '2', 's/1', 's/\u00e9', 's/e\u0301', 't.x/1'),
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

test('names that look equal are spelt out, others are as they are', () => {
  assert.equal(tellApart('caf\u00e9.png', ['cafe\u0301.png']), 'caf\u00e9.png (caf\\u00e9.png)');
  assert.equal(tellApart('cafe\u0301.png', ['caf\u00e9.jpg']), 'cafe\u0301.png (cafe\\u0301.png)');
  assert.equal(tellApart('a\u00a0b.png', ['a b.png']), 'a\u00a0b.png (a\\u00a0b.png)');
  assert.equal(tellApart('a\u200bb.png', ['ab.png']), 'a\u200bb.png (a\\u200bb.png)');
  assert.equal(tellApart('caf\u00e9.png', ['cafe.png', 'caf\u00e9.png']), 'caf\u00e9.png');
  assert.equal(tellApart('a b.png', ['a\u00a0b.png']), 'a b.png');
});
