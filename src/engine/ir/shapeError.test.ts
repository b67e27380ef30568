import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { conv2d } from '../ops/conv.js';
import { currentScope, withScope } from './scope.js';
import { ShapeError } from './shapeError.js';
import { f32 } from './tensorType.js';
import { Trace } from './trace.js';

test('a graph that does not fit is refused with the place, both sides and the fix', () => {
  const trace = new Trace(true);
  const build = () =>
    withScope('generator', () =>
      withScope('down.0.conv', () =>
        conv2d(trace.input('x', f32(1, 3, 256, 256)), trace.input('w', f32(64, 4, 4, 4)), undefined, {
          stride: 2,
          padding: 1,
        }),
      ),
    );
  assert.throws(build, (error: unknown) => {
    assert.ok(error instanceof ShapeError && error instanceof Pix2PixError);
    assert.deepEqual(error.message.split('\n'), [
      'ShapeError: conv2d: input has 3 channels, weight expects 4',
      '  at      generator.down.0.conv',
      '  x       f32[1,3,256,256]   channels = axis 1',
      '  weight  f32[64,4,4,4]   [out, in, k, k]',
      '  fix     pass --input_nc 4, or convert the images',
    ]);
    return true;
  });
  assert.equal(currentScope(), '', 'the scope is left when building fails');
});

test('without a scope there is no place to name', () => {
  assert.equal(new ShapeError('op: no', { x: 'f32[2]' }).message, 'ShapeError: op: no\n  x  f32[2]');
});
