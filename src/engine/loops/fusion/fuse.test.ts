/** Which kernels the rules of fusion make of small programs, as they are printed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../../../../test/repository.js';
import { State } from '../../ir/state.js';
import { f32 } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import type { Value } from '../../ir/value.js';
import { leakyRelu } from '../../ops/activation.js';
import { constant } from '../../ops/constant.js';
import { conv2d, convTranspose2d } from '../../ops/conv.js';
import { add, exp, mul, neg, scale, square, sub, tanh } from '../../ops/elementwise.js';
import { matmul } from '../../ops/matmul.js';
import { mean, reduceMean, sum } from '../../ops/reduce.js';
import { concat, reshape, slice, transpose } from '../../ops/shape.js';
import { standardize } from '../../ops/standardize.js';
import { translatePixels } from '../../ops/translatePixels.js';
import { upsample } from '../../ops/upsample.js';
import type { Kernel } from '../kernel.js';
import { formatKernel } from '../print.js';
import { scheduleOf } from '../schedule.js';
import type { FusionOptions } from './fuse.js';

const WIDE: FusionOptions = { maxTensors: 16, splitOf: () => 1 };

/** The tasks of a program: kernels as they are printed, with tensors numbered as they are stored, and host steps. */
function fused(trace: Trace, outputs: Readonly<Record<string, Value>>, options: Partial<FusionOptions> = {}) {
  const { tasks } = scheduleOf(trace.program(outputs), { fusion: { ...WIDE, ...options } });
  const numbers = new Map<number, string>();
  return tasks.map((task) => {
    if (task.kind !== 'kernel') return `host step ${task.step.name}`;
    for (const { tensor } of task.kernel.stores) numbers.set(tensor.id, `t${numbers.size}`);
    return formatKernel(task.kernel, ({ id, source }) =>
      source.kind === 'external' ? source.name : (numbers.get(id) ?? source.kind),
    );
  });
}

/** What of a kernel's text is told here: which reductions it has, and what it stores. */
const outline = (kernels: readonly string[]) =>
  kernels.map((text) => {
    const reductions = [...text.matchAll(/(sum|max|product) over/g)].map(([, op]) => op);
    const stores = [...text.matchAll(/(t\d+)(?:\[[^\]]*\])? : f32(\[[\d,]*\])/g)].map(([, , shape]) => shape);
    return [...reductions, ...stores].join(' ');
  });

function images() {
  const trace = new Trace(true);
  const x = trace.input('x', f32(1, 4, 8, 8));
  const [w, v] = ['w', 'v'].map((name) => trace.input(name, f32(4, 4, 3, 3)));
  const convolved = (y: Value, weight = w) => conv2d(y, weight, undefined, { stride: 1, padding: 1 });
  return { trace, x, w, v, convolved };
}

test('a map that alone reads a result is its epilogue, and a cheap one is computed on load', () => {
  const { trace, x, v, convolved } = images();
  const y = leakyRelu(convolved(x), 0.2);
  assert.deepEqual(outline(fused(trace, { z: tanh(convolved(y, v)) })), [
    'product [1,4,8,8]',
    'product [1,4,8,8]',
  ]);
  const shared = convolved(x);
  const [first, second] = fused(trace, { a: convolved(leakyRelu(shared, 0.2)), b: convolved(shared, v) });
  assert.match(first, /^t0 : f32\[1,4,8,8\] = product/);
  assert.match(second, /\(t0\[[^\]]*\] where t0\[[^\]]*\] > 0 else 0\.2 · t0\[[^\]]*\]\) where 0 ≤/);
});

test('what is not cheap is stored, once', () => {
  const { trace, x, v, convolved } = images();
  const shared = convolved(x);
  const y = exp(shared);
  assert.deepEqual(outline(fused(trace, { a: convolved(y), b: convolved(y, v), c: convolved(shared) })), [
    'product [1,4,8,8] [1,4,8,8]',
    ...Array.from({ length: 3 }, () => 'product [1,4,8,8]'),
  ]);
});

/** The document shows what is printed now. */
test('the convolution, the norm and the activation of the document', () => {
  const trace = new Trace(true);
  const operand = (name: string, ...shape: number[]) => trace.input(name, f32(...shape));
  const [x, w, v] = [
    operand('x', 1, 64, 128, 128),
    operand('w', 128, 64, 4, 4),
    operand('v', 256, 128, 4, 4),
  ];
  const [factor, shift] = ['scale', 'shift'].map((name) => operand(name, 1, 128, 1, 1));
  const geometry = { stride: 2, padding: 1 };
  const convolved = conv2d(x, w, undefined, geometry);
  const y = leakyRelu(standardize(convolved, [0, 2, 3], 1e-5, { scale: factor, shift }), 0.2);
  const isFirst = ({ axes, phases }: Kernel) => phases[0][0].op === 'product' && axes[1] === 128;
  const kernels = fused(
    trace,
    { z: conv2d(y, v, undefined, geometry) },
    {
      splitOf: (kernel) => (isFirst(kernel) ? 2 : 1),
    },
  );
  assert.equal(kernels.length, 3);
  const document = readFileSync(join(repositoryRoot, 'docs/architecture.md'), 'utf8');
  assert.ok(
    document.includes(kernels.map((text) => text.replaceAll('; ', '\n')).join('\n\n')),
    kernels.join('\n\n'),
  );
});

test('sums of a row are in the first phase in which they can be', () => {
  const trace = new Trace(true);
  const y = trace.input('y', f32(2, 8));
  const z = add(standardize(y, [1], 0.5), reduceMean(tanh(y), [1]));
  const [row] = fused(trace, { z });
  assert.match(
    row,
    /^acc0 = [^;]* of y\[i0, k0\]; acc1 = [^;]* of tanh[^;]*; acc2 = [^;]* - \(acc0 · 0\.125\)/,
  );
  assert.match(row, /reciprocal\(sqrt\(\(acc2 · 0\.125\) \+ 0\.5\)\)/);
});

test('a norm is one kernel for each row, which its reader applies on load', () => {
  const { trace, x, v, convolved } = images();
  const kernels = fused(trace, { z: convolved(standardize(convolved(x), [0, 2, 3], 0.5), v) });
  assert.deepEqual(kernels.slice(1), [
    'acc0 = sum over k0 < 1, k1 < 8, k2 < 8 of t0[0, i1, k1, k2]; ' +
      'acc1 = sum over k0 < 1, k1 < 8, k2 < 8 of ' +
      '(t0[0, i1, k1, k2] - (acc0 · 0.015625)) · (t0[0, i1, k1, k2] - (acc0 · 0.015625)); ' +
      't1 : f32[1,4,1,1] = acc0 · 0.015625; ' +
      't2 : f32[1,4,1,1] = reciprocal(sqrt((acc1 · 0.015625) + 0.5))',
    't3 : f32[1,4,8,8] = product over k0 < 4, k1 < 3, k2 < 3 of ' +
      '((t0[0, k0, i2 + k1 - 1, i3 + k2 - 1] - t1[0, k0, 0, 0]) · t2[0, k0, 0, 0] ' +
      'where 0 ≤ i2 + k1 - 1 < 8 and 0 ≤ i3 + k2 - 1 < 8 else 0) · v[i1, k0, k1, k2]',
  ]);
});

test('a sum in parts is added up in the row kernel after it, which stores the elements', () => {
  const { trace, x, convolved } = images();
  const y = convolved(x);
  const program = { y: exp(mul(y, reduceMean(y, [2, 3]))), z: reduceMean(y, [2, 3]) };
  const [parts, row] = fused(trace, program, {
    splitOf: ({ phases }) => (phases[0][0].op === 'product' ? 2 : 1),
  });
  assert.match(parts, /^t0 : f32\[2,1,4,8,8\] = product over k0 < 2, k1 < 3, k2 < 3 of/);
  assert.match(parts, /w\[i2, 2·i0 \+ k0, k1, k2\]$/);
  assert.match(row, /^acc0 = sum over k0 < 8, k1 < 8 of t0\[0, 0, i1, k0, k1\] \+ t0\[1, 0, i1, k0, k1\];/);
  assert.match(
    row,
    /t\d\[0, i1, k0, k1\] : f32\[1,4,8,8\] = .* for i0 < 1, i1 < 4, i2 < 1, i3 < 1, k0 < 8, k1 < 8/,
  );
});

test('many parts, and those of a few long rows, are summed by a loop', () => {
  const trace = new Trace(true);
  const [a, b] = [trace.input('a', f32(2, 60)), trace.input('b', f32(60, 3))];
  const kernels = (parts: number) => outline(fused(trace, { y: matmul(a, b) }, { splitOf: () => parts }));
  assert.deepEqual(kernels(1), ['product [2,3]']);
  assert.deepEqual(kernels(16), ['product [15,2,3]', '[2,3]']);
  assert.deepEqual(kernels(20), ['product [20,2,3]', 'sum [2,3]']);
  const long = fused(trace, { y: scale(sum(square(a)), 0.5) }, { splitOf: () => 12 });
  assert.deepEqual(outline(long), ['sum [12,1,1]', 'sum []']);
});

test('skip connections are read where they are, and their gradient goes to either side by its part', () => {
  const { trace, x, convolved } = images();
  const narrow = trace.input('narrow', f32(4, 8, 3, 3));
  const [one, other] = [convolved(x), convolved(scale(x, 2))];
  const joined = conv2d(concat([one, other], 1), narrow, undefined, { stride: 1, padding: 1 });
  const half = convTranspose2d(joined, narrow, undefined, { stride: 1, padding: 1 });
  const outputs = { a: scale(slice(half, 1, 0, 4), 2), b: scale(slice(half, 1, 4, 8), 3) };
  const kernels = fused(trace, outputs);
  assert.deepEqual(
    outline(kernels.slice(0, 4)),
    Array.from({ length: 4 }, (_, i) => `product [1,${i < 3 ? 4 : 8},8,8]`),
  );
  assert.match(kernels[2], /t0\[[^\]]*\] where 0 ≤ k0 < 4 else \(t1\[0, k0 - 4/);
});

test('elements that are read elsewhere make no epilogue', () => {
  const { trace, x, convolved } = images();
  const y = convolved(x);
  const shifted = exp(slice(concat([y, y], 1), 1, 2, 6));
  assert.deepEqual(outline(fused(trace, { shifted })), ['product [1,4,8,8]', '[1,4,8,8]']);
  const turned = exp(mul(y, transpose(y, [0, 1, 3, 2])));
  assert.deepEqual(outline(fused(trace, { turned })), ['product [1,4,8,8]', '[1,4,8,8]']);
});

test('an epilogue reads other tensors only where the result has elements', () => {
  const { trace, x, w } = images();
  const other = trace.input('other', f32(1, 4, 15, 15)); // of groups of 2 rows the last is not full
  const y = convTranspose2d(x, w, undefined, { stride: 2, padding: 1 });
  const kernels = fused(trace, { z: mul(y, other) });
  assert.deepEqual(outline(kernels), ['product [1,4,15,15]']);
  assert.match(kernels[0], /acc0 · other\[[^\]]*\] where 0 ≤ i2 \+ 2·i4 < 15 and 0 ≤ i3 \+ 2·i5 < 15 else 0/);
});

test('views are indices where it can be seen that they stay within bounds, and offsets stay tensors', () => {
  const { trace, x, convolved } = images();
  assert.deepEqual(outline(fused(trace, { y: convolved(upsample(x)) })), ['product [1,4,16,16]']);
  const flat = trace.input('flat', f32(256));
  const viewed = convolved(reshape(flat, [1, 4, 8, 8])); // flat[64 c + 8 r + k] is within bounds by two guards together
  assert.deepEqual(outline(fused(trace, { viewed })), ['[1,4,8,8]', 'product [1,4,8,8]']);
  const [rows, columns] = ['rows', 'columns'].map((name) => neg(trace.input(name, f32(1, 1, 1, 1))));
  const moved = convolved(translatePixels(x, rows, columns));
  assert.deepEqual(outline(fused(trace, { moved })), ['[1,1,1,1]', '[1,1,1,1]', 'product [1,4,8,8]']);
});

test('kernels between which another has to run stay apart', () => {
  const trace = new Trace(true);
  const x = trace.input('x', f32(3, 5));
  const y = exp(matmul(x, x, true)); // f32[5,5]
  const centred = exp(sub(y, reshape(mean(matmul(y, y)), [1, 1])));
  const kernels = fused(trace, { centred });
  assert.deepEqual(outline(kernels), ['product [5,5]', 'product [5,5]', 'sum [1,1]', '[5,5]']);
});

test('results of the program are stored even where they are computed on load too', () => {
  const { trace, x, convolved } = images();
  const y = leakyRelu(x, 0.5);
  const [first, second] = fused(trace, { y, z: convolved(y) });
  assert.match(first, /^t0 : f32\[1,4,8,8\] = \(x/);
  assert.match(second, /product .* of \(t0\[/);
});

test('a kernel binds no more tensors than the device does', () => {
  const trace = new Trace(true);
  const inputs = Array.from({ length: 6 }, (_, i) => trace.input(`x${i}`, f32(4)));
  const total = inputs.reduce((a, b) => exp(add(a, b)));
  for (const maxTensors of [3, 4, 7]) {
    const { tasks } = scheduleOf(trace.program({ total }), { fusion: { ...WIDE, maxTensors } });
    assert.equal(tasks.length, Math.ceil(5 / (maxTensors - 2)));
  }
});

test('a state is read as it was before its host step, and as it is after it', () => {
  const trace = new Trace(true);
  const state = new State('w', f32(4), 'parameter', { kind: 'constant', value: 1 });
  const x = trace.input('x', f32(4));
  const before = mul(x, trace.read(state)); // cheap: it would be computed on load if it were not for the state
  const step = { kind: 'adam', name: 'net', states: [state], learningRate: 'lr' } as const;
  trace.hostStep({ ...step, inputs: [mul(x, constant([1, 2, 3, 4], [4]))] });
  const after = mul(x, trace.read(state));
  const kernels = fused(trace, { early: mean(exp(before)), late: exp(add(before, after)) });
  const place = (part: RegExp) => kernels.findIndex((text) => part.test(text));
  const host = place(/host step/);
  assert.ok(place(/· w\[/) < host && place(/w after adam/) > host, kernels.join('\n'));
  assert.equal(kernels.length, 4, kernels.join('\n'));
  // Asked for by what follows the step, but it reads the old state where `before` is computed on load.
  const between = exp(scale(before, 2));
  const late = mul(mul(between, mean(between)), after);
  const moved = fused(trace, { early: mean(exp(before)), late });
  assert.deepEqual(outline(moved), ['[4]', 'sum []', 'sum [4] []', '', '[4]'], moved.join('\n'));
});
