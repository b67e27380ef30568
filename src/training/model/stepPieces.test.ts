import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDevice } from '../../../test/devices.js';
import type { ModelOptions } from '../../models/definition.js';
import { parameterCount } from '../../models/layers/module.js';
import { pix2pix } from '../../models/pix2pix.js';
import { parseTrainOptions } from '../options.js';
import { fitMemory } from './fitMemory.js';
import { stepPrograms } from './stepPieces.js';

const SMALL = ['--dataroot', '.', '--netG', 'unet_32', '--ngf', '4', '--ndf', '4', '--memory_limit', '8GB'];
const size = { batch: 2, height: 32, width: 32, format: 'u8' } as const;

function build(...flags: string[]) {
  const opt = parseTrainOptions([...SMALL, ...flags]);
  return { opt, graph: pix2pix.build(opt as unknown as ModelOptions) };
}

test('a step is so many runs of each of its programs', () => {
  const runs = (...flags: string[]) => {
    const { opt, graph } = build(...flags);
    const programs = stepPrograms(graph, opt, size);
    return programs.map(({ program, runs }) => [program.hostSteps.length, runs]);
  };
  assert.deepEqual(runs(), [[2, 1]]);
  assert.deepEqual(runs('--n_critic', '4'), [
    [1, 3 / 4],
    [2, 1 / 4],
  ]);
  assert.deepEqual(runs('--accumulate', '6'), [
    [1, 6],
    [1, 6],
  ]);
  // D alone; D before G, whose forward pass moves statistics of G with G; G
  assert.deepEqual(runs('--accumulate', '6', '--n_critic', '2'), [
    [1, 3],
    [1, 3],
    [1, 3],
  ]);
});

test('what optimisers keep besides is among what a training needs', () => {
  const states = (...flags: string[]) => {
    const { opt, graph } = build(...flags);
    return fitMemory(graph, opt, size, testDevice.memory).needs.states;
  };
  const { G, D } = build().graph.networks;
  const [ofG, ofD] = [parameterCount(G), parameterCount(D)];
  assert.equal(states('--ema', '0.9') - states(), 4 * ofG);
  assert.equal(states('--accumulate', '2') - states(), 4 * (ofG + ofD));
});
