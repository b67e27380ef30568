import assert from 'node:assert/strict';
import { test } from 'node:test';
import { f32 } from '../ir/tensorType.js';
import { binaryExpr, load, number, positive } from './expressions.js';
import { variable } from './indices.js';
import { external } from './tensors.js';

test('a rectified number is above 0 where the number is, unless its slope is below 0', () => {
  const [x, y] = ['x', 'y'].map((name) => load(external(name, f32(4)), [variable(0, 4)]));
  const rectified = (slope: number) => positive(x, x, binaryExpr('mul', number(slope), x));
  for (const slope of [0, 0.2]) assert.equal(positive(rectified(slope), y, x), positive(x, y, x));
  assert.notEqual(positive(rectified(-0.2), y, x), positive(x, y, x));
  assert.notEqual(positive(positive(y, x, number(0)), y, x), positive(y, y, x));
});
