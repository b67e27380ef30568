import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { areEqual, type PathList, PathListBuilder, pathsOf } from './pathList.js';
import { sortNames } from './sortNames.js';

function listOf(names: readonly string[]): PathList {
  const builder = new PathListBuilder();
  for (const name of names) builder.add(name);
  return builder.sorted();
}

/** Straightforwardly: code point by code point, a beginning first. */
function compareCodePoints(a: string, b: string): number {
  const [pointsA, pointsB] = [a, b].map((text) => [...text].map((character) => character.codePointAt(0)!));
  const differs = pointsA.findIndex((point, i) => point !== pointsB[i]);
  if (differs < 0) return pointsA.length - pointsB.length;
  return differs < pointsB.length ? pointsA[differs] - pointsB[differs] : 1;
}

test('a character beyond 16 bits comes after all others, as in Python, not where its surrogates would', () => {
  // python3 -c "print(sorted(['\U0001F600.jpg', '\uE000.jpg', '\uFFFD.jpg', 'z.jpg', 'é.jpg', '\U00010000.jpg']))"
  assert.deepEqual(
    pathsOf(listOf(['\u{1F600}.jpg', '\uE000.jpg', '\uFFFD.jpg', 'z.jpg', 'é.jpg', '\u{10000}.jpg'])),
    ['z.jpg', 'é.jpg', '\uE000.jpg', '\uFFFD.jpg', '\u{10000}.jpg', '\u{1F600}.jpg'],
  );
});

test('paths come in the order of their code points', () => {
  const character = fc.constantFrom(
    'a',
    'b',
    'B',
    '/',
    '.',
    '-',
    'é',
    '\uD7FF',
    '\uE000',
    '\uFFFF',
    '\u{10000}',
    '😀',
  );
  const path = fc.oneof(
    fc.string({ unit: character, maxLength: 12 }),
    fc.string({ unit: character, maxLength: 3 }).map((end) => `one/folder/for/all/of/them/${end}`),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }).map((text) => text.replaceAll('\0', 'x')),
  );
  fc.assert(
    fc.property(fc.array(path, { maxLength: 200, size: 'max' }), fc.nat(2), (paths, order) => {
      const expected = [...paths].sort(compareCodePoints);
      const given = order === 0 ? paths : order === 1 ? expected : [...expected].reverse();
      const list = listOf(given);
      assert.deepEqual(pathsOf(list), expected);
      assert.equal(areEqual(list, listOf(paths)), true);
    }),
    { numRuns: 300 },
  );
});

test('ten thousand names, in whatever order a folder has them, are in order', () => {
  const expected = Array.from({ length: 10_000 }, (_, i) => `${`${i}`.padStart(5, '0')}.jpg`);
  const orders = [
    expected,
    [...expected].reverse(),
    [...expected.slice(5000), ...expected.slice(0, 5000).reverse()],
    expected.map((_, i) => expected[(i * 7919) % expected.length]),
    expected.map((_, i) => (i % 2 === 0 ? expected[i] : expected[expected.length - i])),
  ];
  for (const names of orders) assert.deepEqual(pathsOf(listOf(names)), expected);
});

test('strings end where they are said to', () => {
  const bytes = Buffer.from('b.jpgab.pngaa.gif');
  const order = sortNames(bytes, Uint32Array.of(0, 5, 11), 3, Uint32Array.of(1, 7, 13));
  assert.deepEqual([...order], [2, 1, 0]);
});

test('lists differ when their cuts do, and are shared memory', () => {
  assert.equal(areEqual(listOf(['a', 'bc']), listOf(['ab', 'c'])), false);
  assert.equal(areEqual(listOf(['a']), listOf(['a', ''])), false);
  const list = listOf(['a', 'b']);
  const sent = structuredClone(list);
  list.bytes[0] = 'z'.charCodeAt(0);
  assert.deepEqual(pathsOf(sent), ['z', 'b'], 'no copy was made');
});
