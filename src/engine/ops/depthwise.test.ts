import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAgainstPyTorch } from '../../../test/checkOp.js';
import { ShapeError } from '../ir/shapeError.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { depthwiseConv2d } from './depthwise.js';

checkAgainstPyTorch(['depthwiseConv2d', 'depthwiseTwice']);

test('each channel needs its kernel', () => {
  const trace = new Trace(true);
  const x = trace.input('x', f32(1, 3, 8, 8));
  const geometry = { stride: 1, padding: 0 };
  for (const [name, shape] of [
    ['few', [2, 1, 4, 4]],
    ['full', [3, 3, 4, 4]],
    ['large', [3, 1, 9, 9]],
  ] as const) {
    assert.throws(() => depthwiseConv2d(x, trace.input(name, f32(...shape)), geometry), ShapeError);
  }
});
