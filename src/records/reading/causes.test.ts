import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRAIN_OPTIONS } from '../../options/trainOptions.js';
import { causesOf } from './causes.js';

test('what decides about a result comes first, and what is of the call alone is left out', () => {
  const differing = [
    ...['batch_size', 'beta1', 'checkpoints_dir', 'continue_train', 'crop_size', 'dashboard', 'display_freq'],
    ...['epoch_count', 'lambda_edge', 'lr', 'netG', 'ngf', 'num_threads', 'recipe', 'seed', 'verbose'],
  ];
  const causes = ['netG', 'ngf', 'lr', 'batch_size', 'crop_size', 'beta1', 'lambda_edge', 'recipe'];
  assert.deepEqual(causesOf(differing), causes);
});

test('of all options of a training, those of its progress, saving and machine are left out', () => {
  const names = Object.keys(TRAIN_OPTIONS);
  const causes = new Set(causesOf(names));
  const left = names.filter((name) => !causes.has(name));
  const groups = new Set(left.map((name) => TRAIN_OPTIONS[name as keyof typeof TRAIN_OPTIONS].group));
  const expected = ['Data', 'Machine and messages', 'Many machines', 'Progress', 'Run'];
  assert.deepEqual([...groups].sort(), [...expected, 'Saving and continuing', 'Which checkpoint to load']);
  for (const name of ['direction', 'max_steps', 'no_flip', 'preprocess', 'warmup_steps'])
    assert.ok(causes.has(name), name);
});
