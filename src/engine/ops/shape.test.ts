import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seeds, shapeAndAxis, shapes } from '../../../test/arbitraries.js';
import { checkAgainstPyTorch, checkByDifferences, operand } from '../../../test/checkOp.js';
import { evaluate } from '../../../test/runProgram.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { concat, detach, pad, reshape, slice, transpose } from './shape.js';

checkAgainstPyTorch(['reshape', 'transpose', 'pad', 'concat']);
checkAgainstPyTorch(['slice'], { only: ({ attrs }) => attrs.step === 1 }); // ours knows no other step

test('reshape and transpose differentiate at any shape', () =>
  fc.assert(
    fc.asyncProperty(shapes, seeds, fc.gen(), async (shape, seed, gen) => {
      const order = gen(() => fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }));
      const flat = [...shape.slice(2), shape.slice(0, 2).reduce((a, b) => a * b, 1)];
      await checkByDifferences(([x]) => transpose(x, order), [operand(shape, seed)], { seed });
      await checkByDifferences(([x]) => reshape(x, flat), [operand(shape, seed)], { seed });
    }),
    { numRuns: 8 },
  ));

test('slice, pad and concat differentiate along any axis', () =>
  fc.assert(
    fc.asyncProperty(shapeAndAxis, seeds, fc.gen(), async ([shape, axis], seed, gen) => {
      const [start, last] = [gen(fc.nat, shape[axis] - 1), gen(fc.nat, shape[axis] - 1)].sort();
      const [before, after, parts] = [gen(fc.nat, 2), gen(fc.nat, 2), 1 + gen(fc.nat, 2)];
      const x = operand(shape, seed);
      await checkByDifferences(([v]) => slice(v, axis, start, last + 1), [x], { seed });
      await checkByDifferences(([v]) => pad(v, axis, before, after), [x], { seed });
      const others = Array.from({ length: parts }, (_, i) =>
        operand(
          shape.map((extent, other) => (other === axis ? i + 1 : extent)),
          seed + i,
        ),
      );
      await checkByDifferences((values) => concat(values, axis), [x, ...others], { seed });
    }),
    { numRuns: 8 },
  ));

test('detach gives the same numbers', async () => {
  const x = operand([2, 3], 1);
  assert.deepEqual(await evaluate([x], ([value]) => detach(value)), x.data);
});

test('what changes nothing adds nothing to the graph', () => {
  const x = new Trace(true).input('x', f32(2, 3));
  assert.equal(reshape(x, [2, 3]), x);
  assert.equal(slice(x, 1, 0, 3), x);
  assert.equal(pad(x, 1, 0, 0), x);
  assert.equal(concat([x], 0), x);
});

test('shapes that cannot be are refused with both sides', () => {
  const trace = new Trace(true);
  const [x, y] = [trace.input('x', f32(2, 3)), trace.input('y', f32(4, 4))];
  const refused: [() => unknown, string][] = [
    [() => reshape(x, [4, 2]), 'reshape: the element counts differ\n  x   f32[2,3]\n  to  4×2'],
    [() => transpose(x, [0, 0]), 'transpose: [0,0] is not an order of the axes\n  x  f32[2,3]'],
    [() => transpose(x, [0]), 'transpose: [0] is not an order of the axes\n  x  f32[2,3]'],
    [() => slice(x, 1, 1, 4), 'slice: 1 to 4 is not a range of axis 1\n  x  f32[2,3]'],
    [() => slice(x, 1, 2, 2), 'slice: 2 to 2 is not a range of axis 1\n  x  f32[2,3]'],
    [() => concat([x, y], 1), 'concat: shapes differ beside axis 1\n  first  f32[2,3]\n  other  f32[4,4]'],
  ];
  for (const [build, message] of refused) {
    assert.throws(build, { name: 'ShapeError', message: `ShapeError: ${message}` });
  }
});
