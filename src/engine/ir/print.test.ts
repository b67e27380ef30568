import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constant } from '../ops/constant.js';
import { conv2d } from '../ops/conv.js';
import { mul } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { print } from './print.js';
import { withScope } from './scope.js';
import { State } from './state.js';
import { f32 } from './tensorType.js';
import { Trace } from './trace.js';

/** Ids count all values of the process: renumbered from 0 in order of appearance. */
function renumbered(text: string): string[] {
  const ids = new Map<string, number>();
  return text
    .replace(/%(\d+)/g, (_, id: string) => {
      if (!ids.has(id)) ids.set(id, ids.size);
      return `%${ids.get(id)}`;
    })
    .split('\n');
}

test('one typed line a value, operands first, with its scope; then steps, writes and outputs', () => {
  const trace = new Trace(true);
  const weight = new State('model.0.weight', f32(2, 1, 4, 4), 'parameter', { kind: 'constant', value: 0 });
  const average = new State('average', f32(1, 2, 4, 4), 'buffer', { kind: 'constant', value: 0 });
  const x = trace.input('x', f32(1, 1, 8, 8));
  const y = withScope('G', () =>
    withScope('down.0', () => conv2d(x, trace.read(weight), undefined, { stride: 2, padding: 1 })),
  );
  const factor = constant([1, 2, 3, 4, 5, 6, 7, 8], [2, 1, 2, 2]);
  trace.write(average, y);
  trace.hostStep({
    kind: 'adam',
    name: 'G',
    states: [weight],
    inputs: [trace.read(weight)],
    learningRate: 'lr',
  });
  const updated = mul(trace.read(weight), trace.read(weight));
  const text = print(trace.program({ y, loss: sum(updated), factor }));
  assert.deepEqual(renumbered(text), [
    '%0 = input x : f32[1,1,8,8]',
    '%1 = state model.0.weight : f32[2,1,4,4]   G.down.0',
    '%2 = conv2d(%0, %1) {"stride":2,"padding":1} : f32[1,2,4,4]   G.down.0',
    '%3 = constant 1, 2, 3, 4, ... : f32[2,1,2,2]',
    '%4 = state model.0.weight after adam G : f32[2,1,4,4]',
    '%5 = mul(%4, %4) : f32[2,1,4,4]',
    '%6 = reduceSum(%5) {"axes":[0,1,2,3]} : f32[1,1,1,1]',
    '%7 = reshape(%6) {"shape":[]} : f32[]',
    'host adam G(%1)',
    'write average <- %2',
    'output y = %2',
    'output loss = %7',
    'output factor = %3',
  ]);
});
