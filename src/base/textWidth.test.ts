import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutToWidth, widthOf } from './textWidth.js';

test('a text is cut where its columns end, between characters as people see them', () => {
  // Widths by Unicode's East Asian Width and emoji presentation, as terminals show them.
  const known: [string, number, number, string][] = [
    ['facades', 7, 7, 'facades'],
    ['facades', 7, 6, 'facad…'],
    ['漢字の画像', 10, 10, '漢字の画像'],
    ['漢字の画像', 10, 8, '漢字の…'],
    ['漢字の画像', 10, 7, '漢字の…'],
    ['cafe\u0301s', 5, 4, 'caf…'],
    ['cafe\u0301-x', 6, 5, 'cafe\u0301…'],
    ['👩‍👩‍👧x', 3, 2, '…'],
    ['👩‍👩‍👧xy', 4, 3, '👩‍👩‍👧…'],
    ['', 0, 0, ''],
  ];
  for (const [text, width, columns, cut] of known) {
    assert.equal(widthOf(text), width, text);
    assert.equal(cutToWidth(text, columns), cut, `${text} in ${columns}`);
  }
});

test('no text is wider than it may be, and what fits is left alone', () => {
  const text = fc.string({ unit: fc.oneof(fc.constantFrom('a', '漢', 'e\u0301', '🙂', '…', ' ')) });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 30 }), (whole, columns) => {
      const cut = cutToWidth(whole, columns);
      assert.ok(widthOf(cut) <= columns, cut);
      if (widthOf(whole) <= columns) assert.equal(cut, whole);
      else assert.ok(cut.endsWith('…') && whole.startsWith(cut.slice(0, -1)), cut);
    }),
    { seed: 1 },
  );
});
