import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Expr, Tensor } from '../../ir/loopForm.js';
import { f32 } from '../../ir/tensorType.js';
import { accumulator, binaryExpr, fromIndex, load, loadOrZero, number } from '../../loops/expressions.js';
import { sum, variable, variables } from '../../loops/indices.js';
import { type Kernel, kernelOf } from '../../loops/kernel.js';
import { external, fold, map } from '../../loops/tensors.js';
import type { Precision } from './javaScript.js';
import { kernelRun } from './kernelRun.js';
import { kernelSource } from './kernelSource.js';

/** Runs a kernel on these operands and returns the elements that it stores. */
function runKernel(
  kernel: Kernel,
  given: readonly (readonly [Tensor, readonly number[]])[],
  precision: Precision = 'f64',
) {
  const memory = new Map(given.map(([tensor, data]) => [tensor, Float64Array.from(data)]));
  for (const { tensor } of kernel.stores) {
    memory.set(tensor, new Float64Array(tensor.type.shape.reduce((a, b) => a * b, 1)).fill(Number.NaN));
  }
  kernelRun(kernel, (tensor) => memory.get(tensor)!, precision)();
  return kernel.stores.map(({ tensor }) => [...memory.get(tensor)!]);
}

const x = external('x', f32(2, 3));
const rows = [
  [4, -1, 7],
  [-5, -2, -9],
];

test('sums and maxima over an axis', () => {
  for (const [op, expected] of [
    ['sum', [10, -16]],
    ['max', [7, -2]],
  ] as const) {
    const folded = fold(f32(2), [3], op, ([i], [k]) => load(x, [i, k]));
    assert.deepEqual(runKernel(kernelOf(folded), [[x, rows.flat()]]), [expected]);
  }
});

test('where a guard does not hold, the other value counts', () => {
  const moved = map(f32(2, 4), (i, j) => binaryExpr('add', loadOrZero(x, [i, sum(j, -1)]), fromIndex(j)));
  assert.deepEqual(runKernel(kernelOf(moved), [[x, rows.flat()]]), [[0, 5, 1, 10, 0, -4, 0, -6]]);
});

test('32 bits: each result is rounded, sums after each term', () => {
  const y = external('y', f32(3));
  const total = kernelOf(fold(f32(), [3], 'sum', (_, [k]) => load(y, [k])));
  const terms = [2 ** 24, 1, 1]; // above 2²⁴ float32 has even numbers only
  assert.deepEqual(runKernel(total, [[y, terms]]), [[2 ** 24 + 2]]);
  assert.deepEqual(runKernel(total, [[y, terms]], 'f32'), [[2 ** 24]]);
  const third = kernelOf(map(f32(1), (i) => binaryExpr('div', fromIndex(sum(i, 1)), number(3))));
  assert.deepEqual(runKernel(third, []), [[1 / 3]]);
  assert.deepEqual(runKernel(third, [], 'f32'), [[Math.fround(1 / 3)]]);
});

test('one kernel takes the mean, and in a second phase the variance about it', () => {
  const [row, k] = [variable(0, 2), variable(1, 3)];
  const third = number(1 / 3);
  const mean = binaryExpr('mul', accumulator(0), third);
  const centred = binaryExpr('sub', load(x, [row, k]), mean);
  const [means, variances] = ['mean', 'variance'].map((name) => external(name, f32(2)));
  const store = (tensor: Tensor, expr: Expr) => ({ tensor, index: [row], expr });
  const kernel: Kernel = {
    axes: [2],
    over: [3],
    phases: [
      [{ op: 'sum', expr: load(x, [row, k]) }],
      [
        { op: 'sum', expr: binaryExpr('mul', centred, centred) },
        { op: 'max', expr: centred },
      ],
    ],
    stores: [store(means, mean), store(variances, binaryExpr('mul', accumulator(1), third))],
  };
  const [m, v] = runKernel(kernel, [[x, rows.flat()]]);
  rows.forEach((numbers, i) => {
    const average = numbers.reduce((a, b) => a + b) / 3;
    assert.ok(Math.abs(m[i] - average) < 1e-15 * 16);
    const variance = numbers.reduce((total, number) => total + (number - average) ** 2, 0) / 3;
    assert.ok(Math.abs(v[i] - variance) < 1e-14 * 16);
  });
});

test('elements of what is summed are stored beside the sum', () => {
  const [row, k] = [variable(0, 2), variable(1, 3)];
  const element = binaryExpr('mul', load(x, [row, k]), number(2));
  const [total, doubled] = [external('total', f32(2)), external('doubled', f32(3, 2))];
  const kernel: Kernel = {
    axes: [2],
    over: [3],
    phases: [[{ op: 'sum', expr: element }]],
    stores: [
      { tensor: total, index: [row], expr: accumulator() },
      { tensor: doubled, index: [k, row], expr: element },
    ],
  };
  assert.deepEqual(runKernel(kernel, [[x, rows.flat()]]), [
    [20, -32],
    [8, -10, -2, -4, 14, -18],
  ]);
});

test('kernels that differ in their tensors alone are one program', () => {
  const source = (tensor: Tensor) =>
    kernelSource(kernelOf(map(f32(2, 3), (...at) => binaryExpr('mul', load(tensor, at), number(2)))), 'f64')
      .source;
  const other = external('other', f32(2, 3));
  assert.equal(source(x), source(other));
  assert.notEqual(source(x), source(external('longer', f32(2, 4))));
  const [i, j] = variables([2, 3]);
  assert.notEqual(source(x), kernelSource(kernelOf(map(f32(2, 3), () => load(x, [i, j]))), 'f64').source);
});
