import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { serialiseOptions } from '../src/options/serialise.js';
import { parseTrainOptions, registeredExtensions } from '../src/training/options.js';
import { webModule } from './webModule.js';

// Which runs of the command line the training page goes on with.

let trainable: typeof import('../web/train/trainable.js');

before(async () => {
  trainable = await webModule('train/trainable.ts');
});

const stored = (...argv: readonly string[]) =>
  serialiseOptions(parseTrainOptions(['--dataroot', 'x', ...argv]), registeredExtensions());

test('a run is known as one that pages train, or refused by the options that make it another', () => {
  const { device, direction } = trainable.trainableOptions(stored('--direction', 'BtoA', '--device', 'cpu'));
  assert.deepEqual([device, direction], ['webgpu', 'BtoA']);
  const cases: readonly (readonly [argv: readonly string[], reason: RegExp])[] = [
    [['--label_nc', '3'], /label_nc +3/],
    [['--value_range', '0,4095'], /value_range +0,4095/],
    [['--input_nc', '1'], /input_nc +1/],
    [['--rotate', '5'], /rotate +5/],
    [['--preprocess', 'pad'], /preprocess +pad/],
    [['--model', 'cycle_gan'], /model +cycle_gan\n +dataset_mode +unaligned/],
  ];
  for (const [argv, reason] of cases) {
    const refused = (error: Error) =>
      /a kind that pages do not train/.test(error.message) &&
      reason.test(error.message) &&
      /fix +go on with it by: pix2pix train/.test(error.message);
    assert.throws(() => trainable.trainableOptions(stored(...argv)), refused, argv.join(' '));
  }
});
