import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { smooth } from './smoothing.js';

const close = (a: number | null, b: number, tolerance: number) =>
  assert.ok(a !== null && Math.abs(a - b) <= tolerance, `${a}, not ${b}`);

test('the example of the documentation of pandas’ ewm', () => {
  // pd.DataFrame({'B': [0, 1, 2, np.nan, 4]}).ewm(com=0.5, ignore_na=True).mean(): alpha = 1 / (1 + com)
  const found = smooth([0, 1, 2, null, 4], 1 / 3);
  [0, 0.75, 1.615385, undefined, 3.225].forEach((value, i) => {
    if (value === undefined) assert.equal(found[i], null);
    else close(found[i], value, 5e-7);
  });
});

test('no smoothing leaves every value as it is', () => {
  assert.deepEqual(smooth([3, null, -1e9], 0), [3, null, -1e9]);
});

test('what is constant stays, and nothing leaves the range of the values', () => {
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.option(value), { minLength: 1 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (values, weight) => {
        const known = values.filter((one) => one !== null);
        const [low, high] = [Math.min(...known), Math.max(...known)];
        for (const one of smooth(values, weight)) {
          if (one !== null) assert.ok(one >= low - 1e-6 && one <= high + 1e-6);
        }
      },
    ),
  );
  for (const one of smooth(Array(50).fill(0.1), 0.9)) close(one, 0.1, 1e-12);
});
