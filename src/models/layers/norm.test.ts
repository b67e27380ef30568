import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAgainstPyTorch } from '../../../test/checkOp.js';
import { withScope } from '../../engine/ir/scope.js';
import type { State } from '../../engine/ir/state.js';
import { f32 } from '../../engine/ir/tensorType.js';
import { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import { biasBefore, normLayer } from './norm.js';

const init = { type: 'normal', gain: 0.02 } as const;

/** The layer as a function of everything that PyTorch's takes: its states are given values before it is applied. */
function batchNorm(training: boolean, [x, weight, bias, mean, variance]: readonly Value[]): Value[] {
  const layer = normLayer('batch', init)(x.shape[1])('norm');
  const [weightState, biasState, meanState, varianceState] = layer.states;
  const trace = new Trace(training);
  const given: [State, Value][] = [
    [weightState, weight],
    [biasState, bias],
    [meanState, mean],
    [varianceState, variance],
  ];
  for (const [state, value] of given) trace.write(state, value);
  const y = layer.apply(trace, x);
  return training ? [y, trace.read(meanState), trace.read(varianceState)] : [y];
}

checkAgainstPyTorch(['batchNorm'], {
  build: (inputs, attributes) => batchNorm((attributes as { training?: boolean }).training === true, inputs),
  tolerance: { relative: 1e-5, absolute: 1e-6 }, // the inputs' mean is several deviations
});
checkAgainstPyTorch(['instanceNorm'], {
  build: ([x]) => normLayer('instance', init)(x.shape[1])('norm').apply(new Trace(true), x),
});

test('states are PyTorch’s, in its order, with its starting values', () => {
  const { states } = normLayer('batch', init)(3)('model.3');
  assert.deepEqual(
    states.map(({ name, role, initialiser }) => [name, role, initialiser]),
    [
      ['model.3.weight', 'parameter', { kind: 'normal', mean: 1, std: 0.02 }],
      ['model.3.bias', 'parameter', { kind: 'constant', value: 0 }],
      ['model.3.running_mean', 'buffer', { kind: 'constant', value: 0 }],
      ['model.3.running_var', 'buffer', { kind: 'constant', value: 1 }],
      ['model.3.num_batches_tracked', 'counter', { kind: 'constant', value: 0 }],
    ],
  );
  for (const type of ['instance', 'none'] as const)
    assert.deepEqual(normLayer(type, init)(3)('x').states, []);
  const x = new Trace(true).input('x', f32(1, 3, 2, 2));
  assert.equal(normLayer('none', init)(3)('x').apply(new Trace(true), x), x);
});

test('a convolution before a batch norm has no bias, before an instance norm it has', () => {
  assert.deepEqual([biasBefore('batch'), biasBefore('instance')], [false, true]);
});

test('a forward pass in training counts itself; in evaluation it leaves everything as it is', () => {
  const layer = normLayer('batch', init)(2)('norm');
  for (const training of [true, false]) {
    const trace = new Trace(training);
    const x = trace.input('x', f32(1, 2, 4, 4));
    const program = trace.program({ y: layer.apply(trace, layer.apply(trace, x)) });
    assert.deepEqual([...program.counts.values()], training ? [2] : []);
    assert.deepEqual(
      [...program.writes.keys()].map(({ name }) => name),
      training ? ['norm.running_mean', 'norm.running_var'] : [],
    );
  }
});

test('one value per channel has no variance: refused in training, with the place', () => {
  const layer = normLayer('batch', init)(2)('norm');
  const apply = (training: boolean) => {
    const trace = new Trace(training);
    return withScope('G', () => layer.apply(trace, trace.input('x', f32(1, 2, 1, 1))));
  };
  assert.throws(() => apply(true), {
    message:
      'ShapeError: batchNorm: one value per channel has no variance\n' +
      '  at   G\n  x    f32[1,2,1,1]\n  fix  use larger images',
  });
  assert.deepEqual(apply(false).shape, [1, 2, 1, 1]);
});
