import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertClose } from '../../../test/assertClose.js';
import { inRanks } from '../../../test/rankThreads.js';
import { runProgram } from '../../../test/runProgram.js';
import { grad } from '../autodiff/grad.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { allReduce } from './allReduce.js';
import { square } from './elementwise.js';
import { sum } from './reduce.js';

const task = new URL('../../../test/rankOps.js', import.meta.url);

test('every process gets the sum, and the gradient by its own part of what all make of it', async () => {
  const x = [
    [1, -2, 3],
    [0.5, 4, -1],
    [2, 2, 2],
  ];
  const w = [
    [1, 2, 3],
    [-1, 0.5, 2],
    [3, 1, -2],
  ];
  const total = (rows: number[][]) => rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0));
  const [y, weights] = [total(x), total(w)];
  const found = await inRanks<unknown, Record<string, number[]>>(3, task, { x, w });
  for (const rank of found) {
    assertClose(rank.y, y, 'sum');
    // L = Σ y² Σ wᵢ, so dL/dx = 2 y Σ wᵢ
    assertClose(
      rank.gradient,
      y.map((value, i) => 2 * value * weights[i]),
      'gradient',
    );
  }
});

test('a process by itself keeps its values', async () => {
  const trace = new Trace(true);
  const x = trace.input('x', f32(2));
  const y = allReduce(x);
  const [gradient] = grad(sum(square(y)), [x]);
  const found = await runProgram(trace.program({ y, gradient }), { x: Float32Array.of(3, -4) });
  assert.deepEqual(
    [[...found.y], [...found.gradient]],
    [
      [3, -4],
      [6, -8],
    ],
  );
});
