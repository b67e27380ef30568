import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../../../test/repository.js';
import type { Range } from '../ir/loopForm.js';
import { reachable } from '../ir/program.js';
import { f32, u8 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { relu } from '../ops/activation.js';
import { cast } from '../ops/cast.js';
import { conv2d, convTranspose2d } from '../ops/conv.js';
import { reflectionPad } from '../ops/reflectionPad.js';
import { reshape } from '../ops/shape.js';
import { standardize } from '../ops/standardize.js';
import { translatePixels } from '../ops/translatePixels.js';
import { accumulator, load, number } from './expressions.js';
import { variables } from './indices.js';
import { lowerToLoops } from './lowerToLoops.js';
import { computedTensors } from './operands.js';
import { defaultName, formatKernel, formatTensor } from './print.js';
import { external } from './tensors.js';

/** One line for each tensor that a value is computed by, numbered from t0. */
function printed(y: Value): string[] {
  const tensors = computedTensors([lowerToLoops(reachable([y])).get(y)!], () => false);
  return tensors.map((tensor) =>
    formatTensor(tensor, (read) => {
      const at = tensors.indexOf(read);
      return at < 0 ? defaultName(read) : `t${at}`;
    }),
  );
}

const trace = new Trace(true);
const x = trace.input('x', f32(2, 3, 8, 8));
const weight = trace.input('w', f32(4, 3, 4, 4));

test('a convolution', () => {
  const bias = trace.input('b', f32(4));
  assert.deepEqual(printed(conv2d(x, weight, bias, { stride: 2, padding: 1 })), [
    'acc0 = product over k0 < 3, k1 < 4, k2 < 4 of ' +
      '(x[i0, k0, 2·i2 + k1 - 1, 2·i3 + k2 - 1] where 0 ≤ 2·i2 + k1 - 1 < 8 and 0 ≤ 2·i3 + k2 - 1 < 8 else 0) ' +
      '· w[i1, k0, k1, k2]; t0 : f32[2,4,4,4] = acc0 + b[i1]',
  ]);
});

test('a transposed convolution by phases of its output', () => {
  const y = trace.input('y', f32(1, 4, 4, 4));
  assert.deepEqual(printed(convTranspose2d(y, weight, undefined, { stride: 2, padding: 1 })), [
    't0[0, i1, i2 + 2·i4, i3 + 2·i5] : f32[1,3,8,8] = product over k0 < 4, k1 < 2, k2 < 2 of ' +
      '(y[0, k0, ⌊(i2 + 1)/2⌋ + i4 - k1, ⌊(i3 + 1)/2⌋ + i5 - k2] ' +
      'where 0 ≤ ⌊(i2 + 1)/2⌋ + i4 - k1 < 4 and 0 ≤ ⌊(i3 + 1)/2⌋ + i5 - k2 < 4 else 0) ' +
      '· w[k0, i1, (i2 + 1) mod 2 + 2·k1, (i3 + 1) mod 2 + 2·k2] ' +
      'for i0 < 1, i1 < 3, i2 < 2, i3 < 2, i4 < 4, i5 < 4',
  ]);
});

test('a norm, in shared parts', () => {
  assert.deepEqual(printed(standardize(x, [0, 2, 3], 1e-5)), [
    't0 : f32[1,3,1,1] = sum over k0 < 2, k1 < 8, k2 < 8 of x[k0, i1, k1, k2]',
    't1 : f32[1,3,1,1] = t0[0, i1, 0, 0] · 0.0078125',
    't2 : f32[1,3,1,1] = sum over k0 < 2, k1 < 8, k2 < 8 of ' +
      '(x[k0, i1, k1, k2] - t1[0, i1, 0, 0]) · (x[k0, i1, k1, k2] - t1[0, i1, 0, 0])',
    't3 : f32[1,3,1,1] = t2[0, i1, 0, 0] · 0.0078125',
    't4 : f32[1,3,1,1] = reciprocal(sqrt(t3[0, i1, 0, 0] + 0.00001))',
    't5 : f32[2,3,8,8] = (x[i0, i1, i2, i3] - t1[0, i1, 0, 0]) · t4[0, i1, 0, 0]',
  ]);
});

test('elements that are stored beside their sum', () => {
  const [row, k] = variables([2, 3]);
  const element = load(external('y', f32(2, 3)), [row, k]);
  const stores = [
    { tensor: external('total', f32(2)), index: [row], expr: accumulator() },
    { tensor: external('same', f32(3, 2)), index: [k, row], expr: element },
  ];
  const kernel = { axes: [2], over: [3], phases: [[{ op: 'sum', expr: element } as const]], stores };
  assert.equal(
    formatKernel(kernel),
    'acc0 = sum over k0 < 3 of y[i0, k0]; total : f32[2] = acc0; ' +
      'same[k0, i0] : f32[3,2] = y[i0, k0] for i0 < 2, k0 < 3',
  );
});

test('what is computed alike reads alike, whichever of its indices was made first', () => {
  const [row, column] = variables([2, 3]);
  const [first, second] = [row, column].map((index) => ({ index, low: 0, high: 1 }));
  const text = (where: readonly Range[]) => {
    const expr = { id: 0, kind: 'select', where, x: number(1), y: number(0) } as const;
    const store = { tensor: external('y', f32(2, 3)), index: [row, column], expr };
    return formatKernel({ axes: [2, 3], over: [], phases: [], stores: [store] });
  };
  assert.equal(text([first, second]), text([second, first]));
});

test('views, choices, mirrors and offsets from data', () => {
  assert.deepEqual(printed(reshape(trace.input('flat', f32(24)), [2, 3, 4])), [
    't0 : f32[2,3,4] = flat[12·i0 + 4·i1 + i2]',
  ]);
  assert.deepEqual(printed(relu(trace.input('v', f32(2)))), [
    't0 : f32[2] = (v[i0] where v[i0] > 0 else 0 · v[i0])',
  ]);
  assert.deepEqual(printed(reflectionPad(trace.input('m', f32(1, 1, 3, 3)), 1)), [
    't0 : f32[1,1,5,5] = m[0, 0, 2 - |2 - |i2 - 1||, 2 - |2 - |i3 - 1||]',
  ]);
  const [rows, columns] = ['rows', 'columns'].map((name) => trace.input(name, f32(2, 1, 1, 1)));
  assert.deepEqual(printed(translatePixels(trace.input('p', f32(2, 1, 1, 8)), rows, columns)), [
    't0 : f32[2,1,1,8] = (p[i0, 0, rows[i0, 0, 0, 0], columns[i0, 0, 0, 0] + i3] ' +
      'where 0 ≤ columns[i0, 0, 0, 0] + i3 < 8 and 0 ≤ rows[i0, 0, 0, 0] < 1 else 0)',
  ]);
  assert.deepEqual(printed(cast(trace.input('bytes', u8(3)), 'f32')), ['t0 : f32[3] = bytes[i0]']);
});

/** The documents show what is printed now. */
test('the convolution, the norm and the transposed convolution of the document', () => {
  const operand = (name: string, ...shape: number[]) => trace.input(`${name} of the document`, f32(...shape));
  const [image, kernel] = [operand('x', 1, 64, 128, 128), operand('w', 128, 64, 4, 4)];
  const [scale, shift] = ['scale', 'shift'].map((name) => operand(name, 1, 128, 1, 1));
  const geometry = { stride: 2, padding: 1 };
  const normed = standardize(conv2d(image, kernel, undefined, geometry), [0, 2, 3], 1e-5, { scale, shift });
  const document = readFileSync(join(repositoryRoot, 'docs/architecture.md'), 'utf8');
  for (const line of printed(convTranspose2d(normed, kernel, undefined, geometry))) {
    assert.ok(document.includes(`\n${line.replaceAll(' of the document', '')}\n`), line);
  }
});
