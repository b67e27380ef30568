import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../autodiff/grad.js';
import type { Tensor } from '../ir/loopForm.js';
import { defineOp } from '../ir/op.js';
import { reachable } from '../ir/program.js';
import { withScope } from '../ir/scope.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { OpDefinition } from '../ir/value.js';
import { constant, scalar } from '../ops/constant.js';
import { add, mul } from '../ops/elementwise.js';
import { reduceMean, sum } from '../ops/reduce.js';
import { standardize, variance } from '../ops/standardize.js';
import { binaryExpr, load } from './expressions.js';
import { lowerToLoops } from './lowerToLoops.js';
import { computedTensors } from './operands.js';
import { formatTensor } from './print.js';
import { map } from './tensors.js';

/** a + b by these loops. */
function sumBy(loops: OpDefinition<object>['loops']) {
  const trace = new Trace(true);
  const [a, b] = ['a', 'b'].map((name) => trace.input(name, f32(2, 3)));
  const op = defineOp<object>({
    name: 'sum',
    type: ([x]) => x,
    gradient: ({ dy }) => [dy, dy],
    loops,
    lower: (emit, inputs) => emit.node('Add', inputs),
  });
  return lowerToLoops(reachable([withScope('G.head', () => op([a, b], {}))]));
}

test('an op whose loops do not fit it is refused with its name, its place and both sides', () => {
  const own = (...[operands]: Parameters<OpDefinition['loops']>): Tensor =>
    map(f32(2, 3), (i, j) => binaryExpr('add', load(operands[0], [i, j]), load(operands[1], [i, j])));
  assert.equal(sumBy(own).size, 3);
  assert.throws(() => sumBy(([a]) => map(f32(2, 3), (i, j) => load(a, [i, j]))), {
    message: `LoopError: sum: its loops do not read operand 1
  at         G.head
  operand 1  f32[2,3]`,
  });
  assert.throws(
    () => sumBy(([a, b]) => map(f32(3, 2), (i, j) => binaryExpr('add', load(a, [j, i]), load(b, [j, i])))),
    {
      message: `LoopError: sum: its loops make another tensor than its type rule says
  at     G.head
  loops  f32[3,2]
  type   f32[2,3]`,
    },
  );
  assert.throws(
    () => sumBy(([a, , c]) => map(f32(2, 3), (i, j) => binaryExpr('add', load(a, [i, j]), load(c, [i, j])))),
    {
      message:
        /^LoopError: sum: its loops cannot be made of these operands\n +at +G\.head\n +operands +f32\[2,3\], f32\[2,3\]\n/,
    },
  );
});

test('equal parts of a program are one tensor, and are computed once', () => {
  const trace = new Trace(true);
  const x = trace.input('x', f32(2, 3, 4, 4));
  const axes = [0, 2, 3];
  const y = standardize(x, axes, 1e-5);
  const spread = variance(x, axes);
  const [dx] = grad(sum(mul(y, y)), [x]);
  const tensors = lowerToLoops(reachable([y, spread, dx, reduceMean(x, axes)]));
  const computed = computedTensors([...tensors.values()], () => false);
  const sums = computed.filter(({ source }) => source.kind === 'fold');
  // Σ x and Σ (x - mean)², once each, and of the gradient Σ ȳ and Σ ȳ (x - mean)
  assert.equal(sums.length, 4);
  const [a, b] = [add(x, x), add(x, x)];
  assert.notEqual(a, b);
  const twice = lowerToLoops(reachable([a, b]));
  assert.equal(twice.get(a), twice.get(b));
});

test('a scalar constant stands in loops as a number, a larger one as a tensor', () => {
  const trace = new Trace(true);
  const x = trace.input('x', f32(2));
  const y = add(mul(x, scalar(3)), constant([1, 2], [2]));
  const tensors = lowerToLoops(reachable([y]));
  const read = [...tensors.values()].map(({ source }) => source.kind);
  assert.deepEqual(read.sort(), ['constant', 'constant', 'external', 'map', 'map']);
  const [product] = computedTensors([...tensors.values()], () => false);
  assert.match(formatTensor(product), /^t\d+ : f32\[2\] = x\[i0\] · 3$/);
});
