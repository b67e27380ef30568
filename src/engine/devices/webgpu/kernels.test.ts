/** Generated kernels at random shapes on the adapter that opens here, SwiftShader as a rule, beside the interpreter. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { broadcastable, seeds, shapeAndAxes } from '../../../../test/arbitraries.js';
import { assertClose } from '../../../../test/assertClose.js';
import { type Operand, operand } from '../../../../test/checkOp.js';
import { foundGpu, gpuTest } from '../../../../test/foundDevices.js';
import { interpreted } from '../../../../test/interpret.js';
import { runProgram } from '../../../../test/runProgram.js';
import { grad } from '../../autodiff/grad.js';
import { f32 } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import type { Value } from '../../ir/value.js';
import { load } from '../../loops/expressions.js';
import { kernelOf } from '../../loops/kernel.js';
import { external, map } from '../../loops/tensors.js';
import { conv2d, convTranspose2d } from '../../ops/conv.js';
import { add, div, mul, scale, square } from '../../ops/elementwise.js';
import { matmul } from '../../ops/matmul.js';
import { sum } from '../../ops/reduce.js';
import { reflectionPad } from '../../ops/reflectionPad.js';
import { detach } from '../../ops/shape.js';
import { standardize } from '../../ops/standardize.js';
import { kernelShader } from './kernelShader.js';

after(() => foundGpu?.dispose());

/** Compares a function of these operands, and its gradients by all of them. */
async function assertAgreement(build: (inputs: readonly Value[]) => Value, operands: readonly Operand[]) {
  const trace = new Trace(true);
  const inputs = operands.map(({ shape }, i) => trace.input(`x${i}`, f32(...shape)));
  const y = build(inputs);
  const gradients = grad(scale(sum(square(y)), 0.5), inputs).map((g, i) => [`by ${i}`, detach(g)] as const);
  const program = trace.program({ y: detach(y), ...Object.fromEntries(gradients) });
  const tensors = Object.fromEntries(operands.map(({ data }, i) => [`x${i}`, data]));
  const expected = interpreted(program)(tensors);
  const found = await runProgram(program, tensors, { device: foundGpu });
  for (const name of program.outputs.keys()) {
    assertClose(found[name], expected[name], name, { relative: 2e-5, absolute: 2e-6 });
  }
}

const property = <T>(name: string, drawn: fc.Arbitrary<T>, check: (drawn: T) => Promise<void>, numRuns = 4) =>
  gpuTest(name, () => fc.assert(fc.asyncProperty(drawn, check), { numRuns, seed: 16 }));

const small = (max: number, min = 1) => fc.integer({ min, max });
const geometries = fc.record({
  kernel: fc.tuple(small(4), small(4)),
  stride: small(3),
  padding: small(2, 0),
  height: small(9, 4),
  width: small(7, 4),
  seed: seeds,
});

property('conv2d and its gradients', geometries, ({ kernel, stride, padding, height, width, seed }) =>
  assertAgreement(
    ([x, weight, b]) => conv2d(x, weight, b, { stride, padding }),
    [operand([2, 3, height, width], seed), operand([4, 3, ...kernel], seed + 1), operand([4], seed + 2)],
  ),
);

property(
  'convTranspose2d and its gradients',
  geometries.filter(({ kernel, padding }) => Math.min(...kernel) > padding),
  ({ kernel, stride, padding, height, width, seed }) =>
    assertAgreement(
      ([y, weight]) => convTranspose2d(y, weight, undefined, { stride, padding, outputPadding: 0 }),
      [operand([1, 3, height, width], seed), operand([3, 2, ...kernel], seed + 1)],
    ),
);

property('sums that a workgroup shares', fc.tuple(small(5), small(300, 64), seeds), ([m, k, seed]) =>
  assertAgreement(
    ([left, right]) => matmul(left, right, false, true),
    [operand([m, k], seed), operand([3, k], seed + 1)],
  ),
);

property('norms', fc.tuple(shapeAndAxes, seeds), ([[shape, axes], seed]) =>
  assertAgreement(([x]) => standardize(x, axes, 0.5), [operand(shape, seed)]),
);

property('arithmetic that broadcasts', fc.tuple(broadcastable, seeds), ([[left, right], seed]) =>
  assertAgreement(
    ([a, b]) => add(mul(a, b), div(a, b)),
    [operand(left, seed), operand(right, seed + 1, 'positive')],
  ),
);

property('mirrored margins', fc.tuple(small(6, 4), small(3), seeds), ([side, padding, seed]) =>
  assertAgreement(([x]) => reflectionPad(x, padding), [operand([1, 2, side, side + 1], seed)]),
);

gpuTest('more workgroups than an axis of the grid has', async () => {
  const count = 65_536 * 64 + 1;
  const trace = new Trace(true);
  const program = trace.program({ y: scale(trace.input('x', f32(count)), 2) });
  const x = Float32Array.from({ length: count }, (_, i) => i);
  const { y } = await runProgram(program, { x }, { device: foundGpu });
  assert.ok(y.every((element, i) => element === 2 * i));
  const doubled = map(f32(count), (i) => load(external('x', f32(count)), [i]));
  assert.deepEqual(kernelShader(kernelOf(doubled)).workgroups, [65_535, 2]);
});

test('kernels that differ in their tensors alone have one source', () => {
  const source = (name: string) =>
    kernelShader(kernelOf(map(f32(3), (i) => load(external(name, f32(3)), [i])))).source;
  assert.equal(source('x'), source('y'));
});
