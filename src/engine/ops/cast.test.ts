import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAgainstPyTorch, operand } from '../../../test/checkOp.js';
import { runProgram } from '../../../test/runProgram.js';
import { grad } from '../autodiff/grad.js';
import { f32, u8 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { cast, clamp } from './cast.js';
import { mul, shift } from './elementwise.js';
import { sum } from './reduce.js';

// no gradient flows through ours, unlike PyTorch's: it stands on the way to bytes
checkAgainstPyTorch(['clamp'], { gradients: false });

test('bytes become floats exactly, and floats bytes by truncation', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const trace = new Trace(true);
  const float = cast(trace.input('x', u8(256)), 'f32');
  const back = cast(shift(float, 0.99), 'u8');
  assert.deepEqual(back.type, u8(256));
  const { there, again } = await runProgram(trace.program({ there: float, again: back }), { x: bytes });
  assert.deepEqual([...there], [...bytes]);
  const kept = bytes.subarray(0, 255); // 255.99 is no byte
  assert.deepEqual([...again].slice(0, 255), [...kept]);
});

test('a cast to the same type is the value itself', () => {
  const x = new Trace(true).input('x', f32(3));
  assert.equal(cast(x, 'f32'), x);
});

test('no gradient flows through cast and clamp', async () => {
  const trace = new Trace(true);
  const x = trace.input('x', f32(4));
  const through = [cast(cast(x, 'u8'), 'f32'), clamp(x, -1, 1)].map((y) => grad(sum(mul(y, y)), [x])[0]);
  const data = operand([4], 1, 'positive').data;
  const found = await runProgram(trace.program({ cast: through[0], clamp: through[1] }), { x: data });
  assert.deepEqual([...found.cast, ...found.clamp], [0, 0, 0, 0, 0, 0, 0, 0]);
});
