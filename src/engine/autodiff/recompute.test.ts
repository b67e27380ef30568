import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallModel } from '../../../test/smallModel.js';
import { pix2pix } from '../../models/pix2pix.js';
import { stepOf } from '../../models/stepDefinition.js';
import { type Program, reachable } from '../ir/program.js';
import { cutProgram } from '../ir/segments.js';
import { elementCount } from '../ir/tensorType.js';
import { recompute } from './recompute.js';

const defaults = { ...smallModel, outputNc: 3, netG: 'unet_256', ngf: 64, ndf: 64 };
const step = stepOf(pix2pix.build(defaults)).program({ batch: 1, height: 256, width: 256, format: 'u8' });

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

test('no convolution is computed again, and less crosses from the forward to the backward pass', () => {
  const now = recompute(step);
  assert.equal(convolutions(now), convolutions(step));
  assert.ok(crossing(now) < 0.7 * crossing(step), `${crossing(now)} of ${crossing(step)} elements`);
});

test('running statistics and counters move as before', () => {
  const now = recompute(step);
  assert.deepEqual([...now.writes.keys()], [...step.writes.keys()]);
  assert.deepEqual(now.counts, step.counts);
  assert.deepEqual(
    now.hostSteps.map(({ name, states }) => [name, states]),
    step.hostSteps.map(({ name, states }) => [name, states]),
  );
});
