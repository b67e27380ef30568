/** Loops that are wrong are refused, or, where they are well formed, found by the numbers of the interpreter's tests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Expr, Index, Tensor } from '../ir/loopForm.js';
import { withScope } from '../ir/scope.js';
import { f32 } from '../ir/tensorType.js';
import { boundsUnder } from './bounds.js';
import { accumulator, binaryExpr, load, loadOrZero, number, select } from './expressions.js';
import { abs, difference, div, fromData, sum, times, variable, variables, whole } from './indices.js';
import { type Kernel, kernelOf } from './kernel.js';
import { LoopError } from './loopError.js';
import { contraction, external, fold, map } from './tensors.js';
import { verifyKernel, verifyOrder, verifyTensor } from './verify.js';

const x = external('x', f32(2, 3, 8, 8));
const w = external('w', f32(5, 3, 4, 4));
const shape = [2, 5, 4, 4];
const over = [3, 4, 4];

type At = { row: Index; column: Index; c: Index; u: Index; v: Index; n: Index; o: Index };

interface Parts {
  readonly a: (at: At) => Expr;
  readonly b: (at: At) => Expr;
  readonly store: (at: At) => readonly Index[];
  readonly out: Expr;
  readonly over: readonly number[];
}

/** The convolution of stride 2 and padding 1, with some of its parts replaced. */
function convolution(replaced: Partial<Parts> = {}): Tensor {
  const parts: Parts = {
    a: ({ n, c, row, column, u, v }) => loadOrZero(x, [n, c, tap(row, u), tap(column, v)]),
    b: ({ o, c, u, v }) => load(w, [o, c, u, v]),
    store: ({ n, o, row, column }) => [n, o, row, column],
    out: accumulator(),
    over,
    ...replaced,
  };
  const [n, o, row, column] = variables(shape);
  const [c, u, v] = variables(over, 4);
  const at = { n, o, row, column, c, u, v };
  return contraction(f32(...shape), {
    shape,
    over: parts.over,
    a: parts.a(at),
    b: parts.b(at),
    store: parts.store(at),
    out: parts.out,
  });
}

const tap = (at: Index, k: Index) => sum(times(at, 2), k, -1);

function refused(tensor: Tensor, message: RegExp): void {
  assert.throws(
    () => verifyTensor('conv2d', tensor, [x, w]),
    (error: unknown) => {
      assert.ok(error instanceof LoopError);
      assert.match(error.message, message);
      return true;
    },
  );
}

test('a convolution as it should be passes', () => verifyTensor('conv2d', convolution(), [x, w]));

test('a missing guard is refused with the op, the place, both sides and the fix', () => {
  const a = ({ n, c, row, column, u, v }: At) => load(x, [n, c, tap(row, u), tap(column, v)]);
  withScope('G.down.0', () =>
    assert.throws(() => verifyTensor('conv2d', convolution({ a }), [x, w]), {
      name: 'LoopError',
      message: `LoopError: conv2d: axis 2 of x is read where it has no elements
  at        G.down.0
  x         f32[2,3,8,8]
  index     2·i2 + k1 - 1 is -1 ... 8
  elements  0 ... 7
  loop      ${[
    't : f32[2,5,4,4] = product over k0 < 3, k1 < 4, k2 < 4 of x[i0, k0, 2·i2 + k1 - 1, 2·i3 + k2 - 1]',
    'w[i1, k0, k1, k2]',
  ].join(' · ')}
  fix       guard it by a range of that index`.replace('t :', `t${convolution({ a }).id} :`),
    }),
  );
});

test('wrong indices are refused', () => {
  const wrong = (index: (at: At) => readonly Index[]) => convolution({ b: (at) => load(w, index(at)) });
  refused(
    wrong(({ o, c, u, v }) => [c, o, u, v]),
    /axis 1 of w is read where it has no elements\n.*\n +index +i1 is 0 \.\.\. 4\n +elements +0 \.\.\. 2/,
  );
  refused(
    wrong(({ o, c, u, v }) => [o, c, u, sum(v, 1)]),
    /axis 3 of w .*\n.*\n +index +k2 \+ 1 is 1 \.\.\. 4/,
  );
  refused(
    wrong(({ o, c, u }) => [o, c, u]),
    /w has 4 axes and is read at 3 indices/,
  );
  const offset = fromData(external('offsets', f32(2)), [variable(0, 2)]);
  refused(
    wrong(({ c, u, v }) => [offset, c, u, v]),
    /is -Infinity \.\.\. Infinity/,
  );
});

test('a guard of another index, or too wide a one, is refused', () => {
  const guarded = (low: number, high: number) =>
    convolution({
      a: ({ n, c, row, column, u, v }) => {
        const [r, k] = [tap(row, u), tap(column, v)];
        const where = [
          { index: r, low, high },
          { index: k, low: 0, high: 8 },
        ];
        return select(where, load(x, [n, c, r, k]), number(0));
      },
    });
  verifyTensor('conv2d', guarded(1, 7), [x, w]);
  refused(guarded(-1, 8), /axis 2 of x/);
  refused(guarded(0, 9), /axis 2 of x/);
  const a = ({ n, c, row, column, u, v }: At) =>
    select(
      [{ index: tap(row, u), low: 0, high: 8 }],
      load(x, [n, c, tap(row, u), tap(column, v)]),
      number(0),
    );
  refused(convolution({ a }), /axis 3 of x/);
});

test('what is guarded there is not guarded elsewhere', () => {
  const a = ({ n, c, row, column, u, v }: At) => {
    const inside = loadOrZero(x, [n, c, tap(row, u), tap(column, v)]);
    return inside.kind === 'select' ? binaryExpr('add', inside, inside.x) : inside;
  };
  refused(convolution({ a }), /axis 2 of x/);
  const otherwise = ({ n, c, row, column, u, v }: At) => {
    const inside = loadOrZero(x, [n, c, tap(row, u), tap(column, v)]);
    return inside.kind === 'select' ? select(inside.where, number(0), inside.x) : inside;
  };
  refused(convolution({ a: otherwise }), /axis 2 of x/);
});

test('swapped operands are refused where they differ in shape', () => {
  refused(
    convolution({
      a: ({ n, c, row, column, u, v }) => loadOrZero(w, [n, c, tap(row, u), tap(column, v)]),
      b: ({ o, c, u, v }) => load(x, [o, c, u, v]),
    }),
    /axis 0 of x is read where it has no elements/,
  );
});

test('variables and accumulators that are not there are refused', () => {
  refused(
    convolution({ over: [3, 4] }),
    /a variable of axis 6 with 4 elements is read\n +axes +\[2,5,4,4,3,4\]/,
  );
  refused(convolution({ over: [3, 4, 5] }), /a variable of axis 6 with 4 elements is read/);
  refused(convolution({ out: accumulator(1) }), /accumulator 1 is read, where 1 are known/);
  refused(
    map(f32(2), () => accumulator()),
    /accumulator 0 is read, where 0 are known/,
  );
  refused(
    convolution({ out: load(w, [variable(1, 5), variable(4, 3), whole(0), whole(0)]) }),
    /a variable of axis 4 with 3 elements is read\n +axes +\[2,5,4,4\]/,
  );
});

test('elements that are stored twice, or not at all, are refused', () => {
  const message = /not every element of the result is stored once\n +result +f32\[2,5,4,4\]\n +stored/;
  for (const store of [
    ({ n, o, row }: At) => [n, o, row, row],
    ({ n, o, row, column }: At) => [n, o, column, sum(row, 1)],
    ({ n, o, row, column }: At) => [n, o, times(row, 2), column],
    ({ n, row, column }: At) => [n, whole(0), row, column],
    ({ n, o, row, column }: At) => [n, o, div(row, 2), column],
    ({ n, o, row }: At) => [n, o, row],
  ]) {
    refused(convolution({ store }), message);
  }
});

test('an axis may be stored by groups and phases, of which the last group is not full', () => {
  const [group, phase] = variables([3, 2]);
  const stored = (extent: number, ...place: [Index]) =>
    contraction(f32(extent), { shape: [3, 2], over: [], a: number(1), b: number(2), store: place });
  for (const extent of [5, 6]) verifyTensor('phases', stored(extent, sum(times(group, 2), phase)), []);
  refused(stored(7, sum(times(group, 2), phase)), /not every element/);
  refused(stored(6, sum(group, times(phase, 2))), /not every element/);
  verifyTensor('phases', stored(6, sum(group, times(phase, 3))), []);
});

test('an index has the bounds that ranges of others leave it', () => {
  const [i, j] = variables([10, 4]);
  const guard = { index: sum(i, j), low: 3, high: 6 };
  assert.deepEqual(boundsUnder(sum(i, j, 2), [guard]), { low: 5, high: 7 });
  assert.deepEqual(boundsUnder(i, [guard]), { low: 0, high: 5 }, 'j is 0 ... 3');
  assert.deepEqual(boundsUnder(difference(whole(8), i), [guard]), { low: 3, high: 8 });
  assert.deepEqual(boundsUnder(abs(sum(i, -4)), []), { low: 0, high: 5 });
  const offset = fromData(external('offsets', f32(1)), [whole(0)]);
  const moved = { index: sum(i, offset), low: 0, high: 10 };
  assert.deepEqual(boundsUnder(sum(i, offset), [moved]), { low: 0, high: 9 });
  const padded = sum(times(i, 2), j, -1); // ⌊padded / 2⌋ is i + ⌊(j - 1) / 2⌋
  const inside = { index: padded, low: 0, high: 12 };
  assert.deepEqual(boundsUnder(div(padded, 2), []), { low: -1, high: 10 });
  assert.deepEqual(boundsUnder(div(padded, 2), [inside]), { low: 0, high: 5 });
});

test('kernels whose operands come later, or whose results are there already, are refused', () => {
  const mean = fold(f32(2), [4], 'sum', ([i], [k]) => load(external('y', f32(2, 4)), [i, k]));
  const centred = map(f32(2), (i) => binaryExpr('sub', number(1), load(mean, [i])));
  const [first, second] = [kernelOf(mean), kernelOf(centred)];
  verifyOrder([first, second]);
  verifyOrder([second], (tensor) => tensor === mean);
  assert.throws(() => verifyOrder([second, first]), {
    message: /^LoopError: t\d+ is read before it is computed/,
  });
  assert.throws(() => verifyOrder([first, first]), { message: /^LoopError: t\d+ is computed twice/ });
});

test('elements of what is summed are stored each once, for all of the axes and those summed over', () => {
  const y = external('y', f32(4, 2));
  const [row, k] = [variable(0, 2), variable(1, 4)];
  const element = load(y, [k, row]);
  const kernel = (index: readonly Index[], extents: readonly [number, number] = [4, 2]): Kernel => ({
    axes: [2],
    over: [4],
    phases: [[{ op: 'sum', expr: element }]],
    stores: [
      { tensor: external('total', f32(2)), index: [row], expr: accumulator() },
      {
        tensor: external('left over', f32(...extents)),
        index,
        expr: binaryExpr('sub', element, accumulator()),
      },
    ],
  });
  verifyKernel('row', kernel([k, row]));
  assert.throws(() => verifyKernel('row', kernel([k, whole(0)], [4, 1])), /not every element of the result/);
  assert.throws(() => verifyKernel('row', kernel([row, k])), /not every element of the result/);
});

test('of a kernel in phases, later ones read the results of earlier ones', () => {
  const y = external('y', f32(2, 4));
  const [row, k] = [variable(0, 2), variable(1, 4)];
  const element = load(y, [row, k]);
  const centred = binaryExpr('sub', element, binaryExpr('mul', accumulator(0), number(0.25)));
  const kernel = (phases: Kernel['phases']): Kernel => ({
    axes: [2],
    over: [4],
    phases,
    stores: [{ tensor: external('variance', f32(2)), index: [row], expr: accumulator(1) }],
  });
  const sumOf = (expr: Expr) => ({ op: 'sum', expr }) as const;
  verifyKernel('norm', kernel([[sumOf(element)], [sumOf(binaryExpr('mul', centred, centred))]]));
  assert.throws(
    () => verifyKernel('norm', kernel([[sumOf(element), sumOf(binaryExpr('mul', centred, centred))]])),
    /accumulator 0 is read, where 0 are known/,
  );
});
