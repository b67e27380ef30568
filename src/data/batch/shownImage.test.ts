import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classesOf, NO_CLASS, showing } from './shownImage.js';

const images = (channels: number, ...data: number[]) => ({
  data: Float32Array.from(data),
  shape: [1, channels, 1, data.length / channels] as const,
});

test('images of many channels are shown by three of them, or those that were named', () => {
  const five = images(5, -1, -0.6, -0.2, 0.2, 0.6);
  const of = (showBands: string) => [...showing({ inputNc: 5, outputNc: 1, showBands })('real_A', five).data];
  assert.deepEqual(of(''), [0, 51, 102]);
  assert.deepEqual(of('4,2,0'), [204, 102, 0]);
  assert.deepEqual(of('9'), [204]);
  const two = showing({ inputNc: 2, outputNc: 2 })('fake_B', images(2, -1, 1));
  assert.deepEqual(two.shape, [1, 1, 1, 1]);
});

test('labels are shown in their colours, further ones in those of PASCAL VOC', () => {
  const opt = { inputNc: 3, outputNc: 3, labelNc: 3, labelPalette: '0a0b0c' };
  const three = images(3, 1, -1, -1, -1, 1, -1, -1, -0.9, -1); // classes 0, 1, none but that the last one is highest
  const show = showing(opt);
  assert.deepEqual([...show('1/real_A', three).data], [10, 11, 12, 128, 0, 0, 0, 0, 0]);
  assert.deepEqual([...classesOf(three)], [0, 1, NO_CLASS]);
  assert.deepEqual(show('fake_B', three).data.length, 9);
  assert.notDeepEqual([...show('fake_B', three).data], [...show('real_A', three).data]);
});
