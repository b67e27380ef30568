import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Initialiser } from '../../engine/ir/state.js';
import { elementCount } from '../../engine/ir/tensorType.js';
import { type Drawing, drawHere, type StartingTensor } from '../../engine/runtime/startingValues.js';
import { drawInThreads, ThreadedDrawing } from './drawInThreads.js';

const KINDS: readonly Initialiser[] = [
  { kind: 'normal', mean: 1, std: 0.02 },
  { kind: 'uniform', bound: 0.1 },
  { kind: 'constant', value: 3 },
  { kind: 'orthogonal', gain: 0.02 },
  { kind: 'direction' },
];
const tensors = Array.from({ length: 12 }, (_, index): StartingTensor => {
  return {
    seed: 7,
    network: 'G',
    index,
    shape: [3, 5 + 40 * index],
    initialiser: KINDS[index % KINDS.length],
  };
});
const largest = Math.max(...tensors.map(({ shape }) => elementCount(shape)));

/** All that is drawn, by the tensors' places. */
async function drawn(drawing: Drawing): Promise<readonly number[][]> {
  const found: number[][] = [];
  for (let next = await drawing.next(); next !== undefined; next = await drawing.next()) {
    assert.equal(found[next.tensor.index], undefined);
    found[next.tensor.index] = [...next.data];
  }
  await drawing.end();
  return found;
}

test('any number of threads draws the same bits', async () => {
  const here = await drawn(drawHere(tensors));
  assert.deepEqual(
    here.map((numbers) => numbers.length),
    tensors.map(({ shape }) => elementCount(shape)),
  );
  for (const threads of [1, 2, 5]) {
    assert.deepEqual(await drawn(new ThreadedDrawing(tensors, largest, threads)), here, `${threads} threads`);
  }
});

test('a drawing may end before its end, and few numbers need no threads', async () => {
  const drawing = new ThreadedDrawing(tensors, largest, 2);
  assert.ok((await drawing.next()) !== undefined);
  await drawing.end();
  assert.ok(!(drawInThreads(tensors) instanceof ThreadedDrawing));
  assert.equal(await drawInThreads([]).next(), undefined);
});

test('a thread that fails makes the drawing fail', async () => {
  const drawing = new ThreadedDrawing([{ ...tensors[0], initialiser: null } as never], largest, 1);
  await assert.rejects(drawing.next(), TypeError);
  await drawing.end();
});
