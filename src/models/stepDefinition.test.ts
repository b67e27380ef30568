import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallModel } from '../../test/smallModel.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { State } from '../engine/ir/state.js';
import { f32 } from '../engine/ir/tensorType.js';
import type { Trace } from '../engine/ir/trace.js';
import type { Value } from '../engine/ir/value.js';
import { add, mul, scale } from '../engine/ops/elementwise.js';
import { sum } from '../engine/ops/reduce.js';
import { buildModel } from './buildModel.js';
import { adam } from './layers/adam.js';
import { pix2pix } from './pix2pix.js';
import { defineStep, type StepDefinition, stepOf } from './stepDefinition.js';

const size = { batch: 1, height: 32, width: 32, format: 'u8' } as const;
const state = (name: string, role: 'parameter' | 'buffer') =>
  new State(name, f32(4), role, { kind: 'constant', value: 1 });
const [g, d] = [state('g', 'parameter'), state('d', 'parameter')];
const [ofShared, ofD] = [state('shared', 'buffer'), state('ofD', 'buffer')];

/** Adds 1 to a statistic. */
const move = (step: Trace, statistic: State) =>
  step.write(statistic, add(step.read(statistic), step.read(g)));
const update = (step: Trace, name: string, parameter: State, x: Value) => {
  const loss = sum(mul(x, step.read(parameter)));
  adam(step, loss, [parameter], { name, betas: [0.5, 0.999] });
  return { [`loss_${name}`]: loss };
};

/** A step of four numbers: the output of G is shared and moves a statistic; D moves one too. */
const smallStep: StepDefinition<{ made: Value }> = {
  shared: (step) => {
    const made = mul(step.input('x', f32(4)), step.read(g));
    move(step, ofShared);
    return { made };
  },
  shown: ({ made }) => ({ made: scale(made, 2) }),
  parts: {
    D: (step, { made }) => {
      move(step, ofD);
      return update(step, 'D', d, made);
    },
    G: (step, { made }) => update(step, 'G', g, mul(made, step.read(d))),
  },
};

const describe = ({ hostSteps, outputs, writes }: ReturnType<ReturnType<typeof defineStep>['program']>) => ({
  updates: hostSteps.map(({ name }) => name),
  outputs: [...outputs.keys()].sort(),
  moved: [...writes.keys()].map(({ name }) => name).sort(),
});

test('the whole step and each part alone are made of the same functions', () => {
  const step = defineStep(smallStep);
  assert.deepEqual(step.parts, ['D', 'G']);
  assert.deepEqual(describe(step.program(size)), {
    updates: ['D', 'G'],
    outputs: ['loss_D', 'loss_G', 'made'],
    moved: ['ofD', 'shared'],
  });
  assert.deepEqual(describe(step.program(size, { parts: ['D'], movesShared: false })), {
    updates: ['D'],
    outputs: ['loss_D', 'made'],
    moved: ['ofD'],
  });
  assert.deepEqual(describe(step.program(size, { parts: ['G'] })), {
    updates: ['G'],
    outputs: ['loss_G', 'made'],
    moved: ['shared'],
  });
});

test('a part sees networks as the parts before it have left them, and alone as they were', () => {
  const kindOfD = (parts: string[]) => {
    let kind = '';
    const seen = (step: Trace, { made }: { made: Value }) => {
      kind = step.read(d).source.kind;
      return smallStep.parts.G(step, { made });
    };
    defineStep({ ...smallStep, parts: { ...smallStep.parts, G: seen } }).program(size, { parts });
    return kind;
  };
  assert.equal(kindOfD(['D', 'G']), 'updated');
  assert.equal(kindOfD(['G']), 'state');
});

test('a statistic that is shared and moved by a part too moves in that part as if it were alone', () => {
  const again = (step: Trace, shared: { made: Value }) => {
    move(step, ofShared);
    return smallStep.parts.D(step, shared);
  };
  const step = defineStep({ ...smallStep, parts: { ...smallStep.parts, D: again } });
  const depth = ({ source }: Value): number => (source.kind === 'op' ? 1 + depth(source.inputs[0]) : 0);
  assert.equal(depth(step.program(size).writes.get(ofShared)!), 2);
  assert.equal(depth(step.program(size, { parts: ['D'], movesShared: false }).writes.get(ofShared)!), 1);
});

test('parts that depend on values of one another are refused', () => {
  const refused = (parts: (typeof smallStep)['parts'], pattern: RegExp, names?: string[]) => {
    const step = defineStep({ ...smallStep, parts });
    assert.throws(
      () => {
        step.program(size);
        step.program(size, { parts: names });
      },
      (error) => error instanceof Pix2PixError && pattern.test(error.message),
    );
  };
  const { D, G } = smallStep.parts;
  const twice = (step: Trace, shared: { made: Value }) => ({ ...G(step, shared), ...D(step, shared) });
  refused({ D, G: twice }, /loss_D comes up twice[\s\S]*losses and visuals of its own/);
  const silent = (step: Trace, shared: { made: Value }) => {
    D(step, shared);
    return G(step, shared);
  };
  refused({ D, G: silent }, /D comes up twice[\s\S]*an optimiser of its own/);
  let kept: Value | undefined;
  const keeps = (step: Trace, shared: { made: Value }) => {
    kept = shared.made;
    return D(step, shared);
  };
  const takes = (step: Trace) => G(step, { made: kept! });
  refused({ D: keeps, G: takes }, /values of another program in G\n +input +x\n/, ['G']);
  const updating = defineStep({
    ...smallStep,
    shared: (step) => ({ made: update(step, 'G', g, step.read(d)).loss_G }),
  });
  assert.throws(() => updating.program(size), /must not update an optimiser/);
});

test('a model whose training step has another form is refused, with the form that is needed', () => {
  const graph = pix2pix.build(smallModel);
  const refused = (made: object, found: RegExp) => {
    const definition = { name: 'mine', extend: pix2pix.extend, build: () => made as typeof graph };
    assert.throws(
      () => buildModel(definition, smallModel),
      (error) => {
        assert.ok(error instanceof Pix2PixError);
        assert.match(
          error.message,
          /^--model mine: [\s\S]*step: defineStep\(\{ shared: [\s\S]*parts: \{ D: /,
        );
        assert.match(error.message, found);
        return true;
      },
    );
  };
  refused({ ...graph, trainStep: () => stepOf(graph).program(size) }, /found +trainStep: /);
  refused({ ...graph, step: undefined }, /found +step: undefined/);
  refused({ ...graph, step: { parts: ['G'], pooled: {}, program: () => {} } }, /found +step: object/);
  assert.equal(buildModel({ ...pix2pix, build: () => graph }, smallModel), graph);
});
