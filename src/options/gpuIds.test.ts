import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTestOptions, parseTrainOptions } from '../training/options.js';

const device = (line: string) => {
  const { device, given } = parseTrainOptions(['--dataroot', './d', ...line.split(' ').filter(Boolean)]);
  return [device, given.includes('device')];
};

test("the reference's --gpu_ids chooses a device, and nobody who left it out has named one", () => {
  assert.deepEqual(device(''), ['auto', false]);
  assert.deepEqual(device('--gpu_ids -1'), ['cpu', true]);
  assert.deepEqual(device('--gpu_ids 0'), ['webgpu', true]);
  assert.deepEqual(device('--device auto --gpu_ids 0'), ['webgpu', true]);
  assert.deepEqual(device('--device cpu --gpu_ids -1'), ['cpu', true]);
  assert.equal(parseTestOptions(['--gpu_ids', '-1']).device, 'cpu');
});

test('several GPUs are refused with the line that uses them, other numbers and texts with what to write', () => {
  assert.throws(() => device('--gpu_ids 0,1,2'), {
    message: /one GPU\n.*0,1,2: 3 GPUs\n.*mpirun -n 3 npx pix2pix-ts train/,
  });
  assert.throws(() => device('--gpu_ids 1'), { message: /have no numbers here[\s\S]*--gpu NAME/ });
  for (const text of ['cuda', '0,', '-2', '1e3', '']) {
    assert.throws(() => device(`--gpu_ids=${text}`), { message: /-1 for the processor, or 0/ }, text);
  }
});

test('a test takes the first of several GPUs', () => {
  const { device, given } = parseTestOptions(['--gpu_ids', '0,1,2']);
  assert.deepEqual([device, given.includes('device')], ['webgpu', true]);
  assert.throws(() => parseTestOptions(['--gpu_ids', '2,0']), { message: /have no numbers here/ });
});

test('who names a GPU wants one', () => {
  assert.deepEqual(device('--gpu NVIDIA'), ['webgpu', true]);
  assert.deepEqual(device('--gpu NVIDIA --device webgpu --gpu_ids 0'), ['webgpu', true]);
  assert.throws(() => device('--gpu 1'), { message: /part of their names/ });
  assert.throws(() => device('--gpu=-1'), { message: /part of their names/ });
  assert.throws(() => device('--gpu='), { message: /part of a GPU's name/ });
});

test('--gpu_ids that contradicts --device is refused with both; a GPU that is named is for when one computes', () => {
  assert.throws(() => device('--device cpu --gpu_ids 0'), { message: /--device cpu and --gpu_ids 0/ });
  assert.throws(() => device('--device webgpu --gpu_ids -1'), {
    message: /--device webgpu and --gpu_ids -1/,
  });
  assert.deepEqual(device('--gpu_ids -1 --gpu NVIDIA'), ['cpu', true]);
  assert.deepEqual(device('--device cpu --gpu NVIDIA'), ['cpu', true]); // as options of a checkpoint may be
});
