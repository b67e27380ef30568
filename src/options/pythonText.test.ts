import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pythonText } from './pythonText.js';

// str(value) in CPython 3.
test('values print as Python prints them', () => {
  const floats: readonly (readonly [number, string])[] = [
    [100, '100.0'],
    [0, '0.0'],
    [0.0002, '0.0002'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1.5e-7, '1.5e-07'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [2.5e100, '2.5e+100'],
    [-0.5, '-0.5'],
    [Number.POSITIVE_INFINITY, 'inf'],
  ];
  for (const [value, text] of floats) assert.equal(pythonText(value, 'float'), text);
  assert.deepEqual(
    [pythonText(100, 'int'), pythonText(true), pythonText(false), pythonText(undefined), pythonText('a b')],
    ['100', 'True', 'False', 'None', 'a b'],
  );
});
