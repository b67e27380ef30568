import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cannyEdges } from './canny.js';

interface Fixture {
  readonly height: number;
  readonly width: number;
  readonly cases: readonly { sigma: number; low: number; high: number; edges: readonly number[] }[];
}

/** Edges by scikit-image; `test/fixtures/canny.py` makes them. */
const { height, width, cases }: Fixture = JSON.parse(readFileSync('test/fixtures/canny.json', 'utf8'));

/** As in `test/fixtures/canny.py`. */
const image = Uint8Array.from({ length: height * width }, (_, i) => {
  const [x, y] = [i % width, Math.floor(i / width)];
  const disc = (x - 20) ** 2 + (y - 18) ** 2 < 121 ? 120 : 0;
  return Math.min(
    255,
    60 + disc + (x > 37 && x < 44 ? 70 : 0) + (x === 37 ? 25 : 0) + (x === 44 ? 50 : 0) + 2 * y,
  );
});

for (const { edges, ...thresholds } of cases) {
  test(`edges are those of scikit-image, sigma ${thresholds.sigma}`, () => {
    const found = cannyEdges(image, width, height, thresholds);
    // Next to the image's own edges the implementations smooth otherwise.
    const isInside = (i: number) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return Math.min(x, y, width - 1 - x, height - 1 - y) > 2;
    };
    const own = [...found.keys()].filter((i) => found[i] === 255 && isInside(i));
    const wanted = edges.filter(isInside);
    assert.ok(wanted.length > 50);
    const different = [...own.filter((i) => !wanted.includes(i)), ...wanted.filter((i) => !own.includes(i))];
    assert.deepEqual(different, []);
  });
}

test('an even image has no edges', () => {
  const even = new Uint8Array(20 * 30).fill(128);
  assert.ok(cannyEdges(even, 30, 20, { sigma: 1, low: 0.1, high: 0.2 }).every((level) => level === 0));
});
