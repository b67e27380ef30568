import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { reachable } from '../../../ir/program.js';
import { f32 } from '../../../ir/tensorType.js';
import { Trace } from '../../../ir/trace.js';
import type { Value } from '../../../ir/value.js';
import { scalar } from '../../../ops/constant.js';
import { abs, add, div, exp, mul, neg, sqrt, sub } from '../../../ops/elementwise.js';
import { elementwiseKernel } from './elementwiseKernel.js';
import { allocateMemory, compile } from './webAssembly.js';

const { fround } = Math;
/** Every instruction with its meaning in single precision, rounded as IEEE 754 asks. */
const INSTRUCTIONS: readonly [string, (a: Value, b: Value) => Value, (a: number, b: number) => number][] = [
  ['add', add, (a, b) => fround(a + b)],
  ['sub', sub, (a, b) => fround(a - b)],
  ['mul', mul, (a, b) => fround(a * b)],
  ['div', div, (a, b) => fround(a / b)],
  ['sqrt', (a) => sqrt(a), (a) => fround(Math.sqrt(a))],
  ['abs', (a) => abs(a), (a) => Math.abs(a)],
  ['neg', (a) => neg(a), (a) => -a],
];
const floats = fc.float({ noDefaultInfinity: false, noNaN: false });

/** Runs a kernel that writes `build(x, y, s)` over x, of which it gives the new elements. */
function run(build: (x: Value, y: Value, s: Value) => Value, x: number[], y: number[], s: number): number[] {
  const trace = new Trace(true);
  const arrays = [trace.input('x', f32(4)), trace.input('y', f32(4))];
  const scalars = [trace.input('s', f32())];
  const result = build(arrays[0], arrays[1], scalars[0]);
  const body = reachable([result], ({ source }) => source.kind === 'input');
  const writes = new Map([[arrays[0], result]]);
  const memory = allocateMemory(8 * x.length);
  const [dataX, dataY] = [0, 1].map((i) => new Float32Array(memory.buffer, 4 * i * x.length, x.length));
  dataX.set(x);
  dataY.set(y);
  compile(elementwiseKernel({ arrays, scalars, writes, body }))(memory)(0, 4 * x.length, 4 * x.length, s);
  assert.deepEqual([...dataY], y.map(fround), 'what is only read stays');
  return [...dataX];
}

const lengths = fc.integer({ min: 1, max: 9 }).map((quarters) => 4 * quarters);

for (const [name, build, meaning] of INSTRUCTIONS) {
  test(`${name} rounds as IEEE 754 asks, on every lane`, () =>
    fc.assert(
      fc.property(
        lengths.chain((n) => fc.tuple(...[0, 1].map(() => fc.array(floats, { minLength: n, maxLength: n })))),
        ([x, y]) => {
          assert.deepEqual(
            run(build, x, y, 0),
            x.map((a, i) => meaning(a, y[i])),
          );
        },
      ),
    ));
}

test('scalars and constants reach every element, and a value may be read twice', () => {
  const build = (x: Value, y: Value, s: Value) => add(mul(x, x), mul(add(y, scalar(0.5)), s));
  const [x, y] = [
    [1, 2, 3, 4, 5, 6, 7, 8],
    [0, 1, 2, 3, 4, 5, 6, 7],
  ];
  assert.deepEqual(
    run(build, x, y, 2),
    x.map((a, i) => a * a + (y[i] + 0.5) * 2),
  );
});

test('an op that is no arithmetic is refused by name', () => {
  assert.throws(() => run((x) => exp(x), [0, 0, 0, 0], [0, 0, 0, 0], 0), /exp f32\[4\] is no element-wise/);
});
