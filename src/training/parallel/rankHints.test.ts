import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTrainOptions } from '../options.js';
import { rankHints } from './rankHints.js';

const hints = (size: number, ...argv: string[]) =>
  rankHints(parseTrainOptions(['--dataroot', '.', ...argv]), size === 1 ? undefined : { size });

test('a process that is alone, and ranks whose training is that of one, are told nothing', () => {
  assert.deepEqual(hints(1, '--batch_size', '4', '--preprocess', 'none'), []);
  assert.deepEqual(hints(4, '--sync_norm'), []);
  assert.deepEqual(hints(64, '--norm', 'instance'), []);
});

test('ranks are told what their options cost, with what would not', () => {
  const cases: readonly (readonly [number, readonly string[], RegExp])[] = [
    [2, [], /statistics of each rank's 1 image,.*--sync_norm.*--norm instance/],
    [16, ['--sync_norm'], /all 16 ranks wait.*--norm instance/],
    [4, ['--sync_norm', '--batch_size', '2'], /a step takes 8 images.*--batch_size 1/],
    [2, ['--sync_norm', '--preprocess', 'scale_width'], /times its layers \(--layer_forms rule/],
    [2, ['--sync_norm', '--preprocess', 'none', '--layer_forms', 'rule'], /each size that it meets while/],
  ];
  for (const [size, argv, expected] of cases) {
    const [hint, ...others] = hints(size, ...argv);
    assert.match(hint, expected);
    assert.deepEqual(others, []);
  }
});
