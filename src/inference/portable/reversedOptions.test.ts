import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatsOf } from '../../data/batch/sideFormat.js';
import { pixelOptions } from './imageFormats.js';
import { reversedOptions } from './reversedOptions.js';

test('the generator from B to A is rebuilt with the channels of the other one exchanged', () => {
  const { input_nc, output_nc } = reversedOptions({ input_nc: 3, output_nc: 1 });
  assert.deepEqual([input_nc, output_nc], [1, 3]);
});

test('the generator from B to A takes what the other one makes', () => {
  const formats = (options: Readonly<Record<string, unknown>>) =>
    formatsOf({ inputNc: 2, outputNc: 2, ...pixelOptions(options as never) });
  const withoutFlag = (format: object) => ({ ...format, flag: undefined });
  for (const options of [
    { value_range: '0,4095', output_range: '-5,5', resize_filter: 'nearest,bicubic' },
    { value_range: '0,4095', resize_filter: 'nearest' },
    { label_nc: 2, label_side: 'output', value_range: '0,1' },
    { label_nc: 2, label_side: 'both' },
  ]) {
    const [forth, back] = [formats(options), formats(reversedOptions(options))];
    assert.deepEqual(withoutFlag(back.input), withoutFlag(forth.output));
    assert.deepEqual(withoutFlag(back.output), withoutFlag(forth.input));
  }
});
