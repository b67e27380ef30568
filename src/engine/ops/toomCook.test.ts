import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertClose } from '../../../test/assertClose.js';
import { kronecker, type Matrix, minimalFiltering } from './toomCook.js';

const apply = (matrix: Matrix, vector: readonly number[]) =>
  matrix.map((row) => row.reduce((sum, element, k) => sum + element * vector[k], 0));
const numbers = (length: number) =>
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length });

test('minimal filtering gives the outputs of the correlation', () => {
  for (const [m, r] of [
    [2, 3],
    [2, 4],
    [2, 5],
    [4, 3],
    [3, 4],
    [4, 5],
  ]) {
    const { outputs, taps, inputs } = minimalFiltering(m, r);
    const n = m + r - 1;
    assert.deepEqual(
      [outputs, taps, inputs].map((matrix) => [matrix.length, matrix[0].length]),
      [
        [m, n],
        [n, r],
        [n, n],
      ],
    );
    fc.assert(
      fc.property(numbers(n), numbers(r), (d, g) => {
        const products = apply(taps, g).map((tap, k) => tap * apply(inputs, d)[k]);
        const expected = Array.from({ length: m }, (_, i) =>
          g.reduce((sum, tap, k) => sum + tap * d[i + k], 0),
        );
        assertClose(apply(outputs, products), expected, `F(${m}, ${r})`, { absolute: 1e-11 });
      }),
      { numRuns: 20 },
    );
  }
});

test('the Kronecker product applies one matrix along rows and the other along columns', () => {
  const [a, b] = [
    [[1, 2]],
    [
      [3, 4],
      [5, 6],
    ],
  ];
  // by hand: (a ⊗ b)[i·2 + j][k·2 + l] = a[i][k] b[j][l]
  assert.deepEqual(kronecker(a, b), [
    [3, 4, 6, 8],
    [5, 6, 10, 12],
  ]);
});
