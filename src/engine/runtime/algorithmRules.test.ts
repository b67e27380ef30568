import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallModel } from '../../../test/smallModel.js';
import { pix2pix } from '../../models/pix2pix.js';
import { stepOf } from '../../models/stepDefinition.js';
import { type Layer, layerChoices } from '../ir/layer.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { convTranspose2d } from '../ops/conv.js';
import { chooseByRule, plausibleAlgorithms } from './algorithmRules.js';

const defaults = { ...smallModel, outputNc: 3, netG: 'unet_256', ngf: 64, ndf: 64 };
const program = stepOf(pix2pix.build(defaults)).program({ batch: 1, height: 256, width: 256, format: 'u8' });
const layers = layerChoices(program).map(({ layer }) => layer);
const layersOf = (op: string, ...operands: readonly number[][]): Layer[] =>
  layers.filter((known) => known.op === op && `${known.operands}` === `${operands}`);
const layer = (op: string, ...operands: readonly number[][]): Layer => layersOf(op, ...operands)[0];

test('the rule picks among the algorithms that a layer has, and not the same for all layers', () => {
  const picked = new Map<string, Set<string>>();
  for (const known of layers) {
    const name = chooseByRule(known);
    assert.ok(
      known.algorithms.includes(name),
      `${known.op}: ${name} is none of ${known.algorithms.join(', ')}`,
    );
    picked.set(known.op, (picked.get(known.op) ?? new Set()).add(name));
  }
  assert.ok(
    picked.get('convWeightGradient')!.size > 1,
    'one algorithm of the weight gradient for every layer',
  );
});

test('layers of the default step get the algorithms that were the fastest (docs/performance.md)', () => {
  // D's layer from 256 to 512 channels at stride 1: minimal filtering, in all three directions; not G's at stride 2.
  const large = [512, 256, 4, 4];
  const both = layersOf('conv2d', [1, 256, 32, 32], large);
  assert.deepEqual(
    both.map(({ attributes }) => (attributes as { readonly stride: number }).stride),
    [2, 1, 1, 1],
  );
  assert.deepEqual(both.map(chooseByRule), ['direct', 'winograd', 'winograd', 'winograd']);
  assert.equal(chooseByRule(layer('convTranspose2d', [1, 512, 31, 31], large)), 'winograd');
  assert.equal(chooseByRule(layer('convWeightGradient', [1, 256, 32, 32], [1, 512, 31, 31])), 'winograd');
  // D's last layer has one channel: the kernel is turned.
  assert.equal(chooseByRule(layer('convTranspose2d', [1, 1, 30, 30], [1, 512, 4, 4])), 'flipped');
  assert.equal(chooseByRule(layer('convWeightGradient', [1, 512, 31, 31], [1, 1, 30, 30])), 'turned');
  // Large maps with small weights: phases of one convolution, and channels last.
  assert.equal(chooseByRule(layer('convTranspose2d', [1, 128, 64, 64], [128, 64, 4, 4])), 'subpixel');
  assert.equal(
    chooseByRule(layer('convWeightGradient', [1, 64, 128, 128], [1, 128, 64, 64])),
    'channelsLast',
  );
  // Small maps in the middle of the U-Net: the op's own lowering.
  assert.equal(chooseByRule(layer('convWeightGradient', [1, 512, 8, 8], [1, 512, 4, 4])), 'direct');
});

test('only algorithms that may be the fastest are to be timed', () => {
  const last = layer('convWeightGradient', [1, 512, 31, 31], [1, 1, 30, 30]);
  assert.deepEqual(last.algorithms, ['direct', 'channelsLast', 'turned', 'winograd']);
  assert.deepEqual(plausibleAlgorithms(last), ['direct', 'turned']);
  const isFiltered = (known: Layer) => plausibleAlgorithms(known).includes('stridedWinograd');
  assert.ok(isFiltered(layer('convTranspose2d', [1, 512, 32, 32], [512, 128, 4, 4])));
  assert.ok(!isFiltered(layer('convTranspose2d', [1, 256, 32, 32], [256, 128, 4, 4])));
  assert.ok(!isFiltered(layer('convTranspose2d', [1, 1024, 16, 16], [1024, 256, 4, 4])));
});

test('an algorithm that no rule knows is timed, and not taken unmeasured', () => {
  const trace = new Trace(true);
  const y = convTranspose2d(trace.input('y', f32(1, 1, 8, 8)), trace.input('w', f32(1, 1, 4, 4)), undefined, {
    stride: 1,
    padding: 1,
  });
  const [{ layer: known }] = layerChoices(trace.program({ y }));
  const extended = { ...known, algorithms: ['direct', 'new'] };
  assert.equal(chooseByRule(extended), 'direct');
  assert.deepEqual(plausibleAlgorithms(extended), ['direct', 'new']);
  const foreign = { ...extended, op: 'somebody’s' };
  assert.equal(chooseByRule(foreign), 'direct');
  assert.deepEqual(plausibleAlgorithms(foreign), ['direct', 'new']);
});
