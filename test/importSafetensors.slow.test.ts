import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { makeDataset, pix2pix, TINY, temporaryFolder } from './tinyRun.js';

// `pix2pix import` of what this program itself has written, and of files that are no weights.

const folder = temporaryFolder();
const image = join('data', 'test', '0.png');
const run = join('checkpoints', 'own');

function succeed(...argv: readonly string[]): string {
  const { status, stdout, stderr } = pix2pix(folder, argv);
  assert.equal(status, 0, stderr);
  return stdout;
}

before(async () => {
  await makeDataset(join(folder, 'data'), { train: 2, test: 1 });
  succeed('train', '--dataroot', 'data', ...TINY, '--max_steps', '2', '--name', 'own');
  succeed('export', '--model', 'own', '--format', 'safetensors', '--out', 'own.safetensors');
  succeed('translate', '--model', 'own', image, 'own.png');
});

test('exported safetensors and those of a run become runs that translate alike', () => {
  for (const [name, file] of [
    ['exported', 'own.safetensors'],
    ['part', join(run, 'latest_net_G.safetensors')],
  ]) {
    assert.match(
      succeed('import', file, '--name', name),
      /^G {2}unet_32, ngf 2, 3 to 3 channels, norm batch/,
    );
    succeed('translate', '--model', name, image, `${name}.png`);
    assert.deepEqual(readFileSync(join(folder, `${name}.png`)), readFileSync(join(folder, 'own.png')));
  }
});

test('with its discriminator it is trained further', () => {
  const parts = ['G', 'D'].map((name) => join(run, `latest_net_${name}.safetensors`));
  assert.match(succeed('import', ...parts, '--name', 'both'), /^D {2}n_layers of 1 layers/m);
  const on = [
    'train',
    '--dataroot',
    'data',
    ...TINY,
    '--name',
    'both',
    '--continue_train',
    '--max_steps',
    '1',
  ];
  assert.match(succeed(...on), /after 1 step/);
});

test('what has no weights is called what it is', () => {
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'model.onnx'), Buffer.from([8, 9, 18, 10]));
  writeFileSync(join(folder, 'keras.h5'), '\u0089HDF\r\n', 'latin1');
  for (const [file, problem] of [
    [
      join(run, 'latest_state.safetensors'),
      /no known generator[\s\S]*the state of optimisers; .*latest_net_G/,
    ],
    [join(run, 'latest.json'), /it is JSON\n[\s\S]*has latest_net_G\.safetensors beside it/],
    [image, /it is an image\n/],
    ['model.onnx', /it is an ONNX model[\s\S]*translate takes it/],
    ['keras.h5', /it is HDF5/],
    ['folder', /this is a folder\n[\s\S]*name the file in it/],
  ] as const) {
    const { status, stderr } = pix2pix(folder, ['import', file, '--name', 'none']);
    assert.equal(status, 1, file);
    assert.match(stderr, problem);
    assert.doesNotMatch(stderr, /hostile/);
  }
});
