import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallModel } from '../../test/smallModel.js';
import { type Program, reachable } from '../ir/program.js';
import { elementCount } from '../ir/tensorType.js';
import { pix2pix } from '../models/pix2pix.js';
import { cutProgram } from '../runtime/segments.js';
import { recompute } from './recompute.js';

const step = pix2pix.build(smallModel).trainStep({ batch: 1, height: 32, width: 32, format: 'u8' });

const convolutions = (program: Program) =>
  reachable([...program.outputs.values(), ...program.hostSteps.flatMap(({ inputs }) => inputs)]).filter(
    ({ source }) => source.kind === 'op' && source.op.name.startsWith('conv'),
  ).length;

/** Elements that segments leave for later ones, besides gradients and results. */
function crossing(program: Program): number {
  const gradients = new Set(program.hostSteps.flatMap(({ inputs }) => inputs));
  const results = new Set(program.outputs.values());
  return cutProgram(program)
    .flatMap(({ segment }) => segment?.outputs ?? [])
    .filter((value) => !gradients.has(value) && !results.has(value))
    .reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

test('with groups of one, no convolution is computed again', () => {
  assert.equal(convolutions(recompute(step, 1)), convolutions(step));
});

test('with larger groups, some are, and less crosses from the forward to the backward pass', () => {
  const [one, four] = [recompute(step, 1), recompute(step, 4)];
  assert.ok(convolutions(four) > convolutions(step));
  assert.ok(crossing(one) < crossing(step), `${crossing(one)} and ${crossing(step)} elements`);
  assert.ok(crossing(four) < crossing(one), `${crossing(four)} and ${crossing(one)} elements`);
});

test('running statistics and counters move as before', () => {
  const now = recompute(step, 2);
  assert.deepEqual([...now.writes.keys()], [...step.writes.keys()]);
  assert.deepEqual(now.counts, step.counts);
  assert.deepEqual(
    now.hostSteps.map(({ name, states }) => [name, states]),
    step.hostSteps.map(({ name, states }) => [name, states]),
  );
});
