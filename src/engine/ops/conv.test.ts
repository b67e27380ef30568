import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { algorithmsOf, prefer } from '../../../test/algorithms.js';
import { seeds } from '../../../test/arbitraries.js';
import {
  checkAgainstPyTorch,
  checkByDifferences,
  fixtureProgram,
  gradientOf,
  operand,
} from '../../../test/checkOp.js';
import { opBuilders } from '../../../test/opBuilders.js';
import { type OpCase, opCases } from '../../../test/opCases.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { conv2d, convTranspose2d } from './conv.js';
import { convAlgorithms, convTransposeAlgorithms, weightGradientAlgorithms } from './convAlgorithms.js';

const OPS = ['conv2d', 'convTranspose2d'];
/** Minimal filtering adds and subtracts more than the sums themselves: see winograd.ts. */
const FILTERING = { relative: 2e-5 };

const offeredBy = new Map<OpCase, string[]>(
  opCases
    .filter(({ op }) => OPS.includes(op))
    .map((known) => [known, algorithmsOf(fixtureProgram([known], opBuilders[known.op]).program)]),
);
const algorithms = [...new Set([...offeredBy.values()].flat())];

for (const name of algorithms) {
  const ops = OPS.filter((op) =>
    [...offeredBy].some(([known, offered]) => known.op === op && offered.includes(name)),
  );
  checkAgainstPyTorch(ops, {
    choose: prefer(name),
    label: name,
    only: (known) => offeredBy.get(known)!.includes(name),
    ...(/winograd/i.test(name) ? { tolerance: FILTERING } : {}),
  });
}

test('every case is lowered by some algorithm above', () => {
  for (const [{ id }, offered] of offeredBy) assert.notEqual(offered.length, 0, id);
});

test('the cases have layers for every algorithm that there is', () => {
  const known = [convAlgorithms, convTransposeAlgorithms, weightGradientAlgorithms].flat();
  assert.deepEqual([...algorithms].sort(), [...new Set(['direct', ...known.map(({ name }) => name)])].sort());
});

const small = (max: number, min = 1) => fc.integer({ min, max });
const geometries = fc.record({
  batch: small(2),
  inputs: small(3),
  outputs: small(3),
  kernel: small(4),
  stride: small(3),
  padding: small(3, 0),
  height: small(7),
  width: small(7),
  bias: fc.boolean(),
  name: fc.constantFrom(...algorithms),
  seed: seeds,
});

test('conv2d differentiates twice at any geometry, by any algorithm', () =>
  fc.assert(
    fc.asyncProperty(geometries, async ({ batch, inputs, outputs, kernel, height, width, ...rest }) => {
      const { stride, padding, bias, name, seed } = rest;
      fc.pre(Math.min(height, width) + 2 * padding >= kernel);
      const operands = [
        operand([batch, inputs, height, width], seed),
        operand([outputs, inputs, kernel, kernel], seed + 1),
        ...(bias ? [operand([outputs], seed + 2)] : []),
      ];
      const build = ([x, w, b]: readonly Value[]) => conv2d(x, w, b, { stride, padding });
      await checkByDifferences(build, operands, { seed, choose: prefer(name) });
      for (const by of [0, 1]) {
        await checkByDifferences(gradientOf(build, by, seed), operands, { seed, choose: prefer(name) });
      }
    }),
    { numRuns: 25 },
  ));

test('convTranspose2d differentiates twice at any geometry, by any algorithm', () =>
  fc.assert(
    fc.asyncProperty(geometries, fc.nat(2), async ({ batch, inputs, outputs, kernel, ...rest }, extra) => {
      const { height, width, stride, padding, bias, name, seed } = rest;
      const outputPadding = extra % stride;
      const extent = (size: number) => (size - 1) * stride - 2 * padding + kernel + outputPadding;
      fc.pre(Math.min(extent(height), extent(width)) >= 1);
      const operands = [
        operand([batch, inputs, height, width], seed),
        operand([inputs, outputs, kernel, kernel], seed + 1),
        ...(bias ? [operand([outputs], seed + 2)] : []),
      ];
      const build = ([y, w, b]: readonly Value[]) =>
        convTranspose2d(y, w, b, { stride, padding, outputPadding });
      await checkByDifferences(build, operands, { seed, choose: prefer(name) });
      for (const by of [0, 1]) {
        await checkByDifferences(gradientOf(build, by, seed), operands, { seed, choose: prefer(name) });
      }
    }),
    { numRuns: 25 },
  ));

test('what does not fit is refused with both sides and the fix', () => {
  const trace = new Trace(true);
  const input = (name: string, ...shape: number[]) => trace.input(name, f32(...shape));
  const weight = input('weight', 64, 4, 4, 4);
  const geometry = { stride: 2, padding: 1 };
  assert.throws(() => conv2d(input('x', 1, 3, 256, 256), weight, undefined, geometry), {
    name: 'ShapeError',
    message: `ShapeError: conv2d: input has 3 channels, weight expects 4
  x       f32[1,3,256,256]   channels = axis 1
  weight  f32[64,4,4,4]   [out, in, k, k]
  fix     pass --input_nc 4, or convert the images`,
  });
  assert.throws(() => conv2d(input('tiny', 1, 4, 1, 9), weight, undefined, geometry), {
    message: /^ShapeError: conv2d: the input is smaller than the kernel\n.*f32\[1,4,1,9\]/,
  });
  assert.throws(() => conv2d(input('flat', 3, 256), weight, undefined, geometry), {
    message: 'ShapeError: conv2d: x is not a batch of maps\n  x  f32[3,256]',
  });
  assert.throws(() => convTranspose2d(input('y', 1, 3, 8, 8), weight, undefined, geometry), {
    message: /^ShapeError: convTranspose2d: input has 3 channels, weight expects 64\n/,
  });
  const outputPadding = 2; // stride 2 leaves 0 or 1 rows over
  assert.throws(
    () => convTranspose2d(input('y2', 1, 64, 8, 8), weight, undefined, { ...geometry, outputPadding }),
    { message: /^ShapeError: convTranspose2d: no convolution leads from 18×18 here\n/ },
  );
});
