import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PyTorchResult } from './pytorch.js';
import {
  fitLine,
  operatorTable,
  type ThreadMeasurements,
  timesTable,
  variantsTable,
} from './threadsReport.js';

const own = (threads: number, variant: string, step: number) => ({
  ...{ threads, variant, stepMs: [step + 1, step, step - 1], forwardMs: [step / 10] },
  ...{ startMs: [], peakRssBytes: 1, forms: {} },
});
const peer = (threads: number, step: number) => ({
  ...{ threads, way: 'eager' as const },
  result: { step_ms: [step], generator_forward_ms: [step / 5] } as unknown as PyTorchResult,
});
const node = (operator: string, milliseconds: number) => ({ name: operator, operator, milliseconds });
const measured: ThreadMeasurements = {
  base: 'default',
  ours: [own(4, 'default', 300), own(4, 'adam=1', 350), own(2, 'default', 500), own(1, 'default', 5000)],
  theirs: [peer(2, 800), peer(4, 600)],
  profiles: [
    { threads: 2, variant: 'default', nodes: [node('Conv', 100), node('Conv', 100), node('Pad', 0.2)] },
    { threads: 4, variant: 'default', nodes: [node('Conv', 110), node('Adam', 90)] },
  ],
};
const cellsOf = (table: string) =>
  table.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

test('steps and forward passes stand beside PyTorch’s at the same threads, by their medians', () => {
  assert.deepEqual(cellsOf(timesTable(measured, 'step')).slice(2), [
    ['1', '5000 ms', ''],
    ['2', '500 ms', '800 ms'],
    ['4', '300 ms', '600 ms'],
  ]);
  assert.deepEqual(cellsOf(timesTable(measured, 'forward'))[3], ['2', '50 ms', '160 ms']);
  assert.deepEqual(cellsOf(variantsTable(measured)).slice(2), [['4', 'adam=1', '350 ms', '35 ms']]);
});

test('the fit is over two threads and more, where there are several such counts', () => {
  assert.equal(fitLine(measured), 'a step, fitted: 100 ms + 800 ms / threads');
  assert.match(fitLine({ ...measured, ours: [] }), /takes two counts/);
});

test('operators are summed, and what one does not shrink by is fitted; those that take next to nothing are left out', () => {
  const [, , ...rows] = cellsOf(operatorTable(measured));
  assert.deepEqual(rows, [
    ['Conv', '200.0', '110.0', '20.0'],
    ['Adam', '0.0', '90.0', '180.0'],
  ]);
});
