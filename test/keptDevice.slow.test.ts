/** A run that was trained on a GPU, on a machine that has none: Vulkan is told of no driver. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeDataset, pix2pix, TINY, temporaryFolder, trainHere } from './tinyRun.js';

const skip = process.platform === 'linux' ? false : 'only Vulkan can be told that there is no driver';
const folder = temporaryFolder();
const dataroot = await makeDataset(join(folder, 'data'), { train: 3, test: 1 });
const checkpoints = ['--checkpoints_dir', join(folder, 'checkpoints')];
const name = ['--name', 'run', ...checkpoints];
const manifest = join(folder, 'checkpoints', 'run', 'latest.json');

/** As the program ends where nothing is left of GPUs but the package. */
function without(...argv: readonly string[]) {
  const nowhere = join(folder, 'no such driver.json');
  const env = { VK_DRIVER_FILES: nowhere, VK_ICD_FILENAMES: nowhere, VK_ADD_DRIVER_FILES: nowhere };
  const { status, stdout, stderr } = pix2pix(folder, argv, env);
  return { status, stdout, stderr, said: stdout + stderr };
}

/** Makes the checkpoint that of a training on another device. */
function trainedOn(device: string): void {
  const [, body] = /^([\s\S]*),\n {2}"checksum": /.exec(readFileSync(manifest, 'utf8'))!;
  const changed = body.replace(/"device": "\w+"/, `"device": "${device}"`);
  const checksum = createHash('sha256').update(changed).digest('hex');
  writeFileSync(manifest, `${changed},\n  "checksum": "${checksum}"\n}\n`);
  assert.equal(kept().device, device);
}

/** The options that the checkpoint keeps. */
const kept = (): Record<string, unknown> => JSON.parse(readFileSync(manifest, 'utf8')).options;

test('the device of a training is in its checkpoint, and what it is tested and continued on', {
  skip,
}, async () => {
  const training = ['--dataroot', dataroot, ...TINY, ...name, '--n_epochs', '2', '--n_epochs_decay', '0'];
  await trainHere([...training, '--device', 'auto', '--max_steps', '1', '--val_freq', '0'], 99);
  assert.notEqual(kept().device, 'auto');
  trainedOn('webgpu');

  const continued = without('train', ...name, '--continue_train');
  assert.equal(continued.status, 1);
  assert.match(continued.stderr, /error: there is no GPU that WebGPU can use\n +fix .*--device cpu/);

  const tested = without('test', ...name, '--results_dir', join(folder, 'results'));
  assert.equal(tested.status, 0, tested.said);
  assert.match(
    tested.said,
    /computing on the CPU: the run was trained with --device webgpu, but there is no GPU/,
  );

  const pair = join(dataroot, 'test', '0.png');
  const translated = without('translate', '--model', 'run', ...checkpoints, pair, join(folder, 'out.png'));
  assert.equal(translated.status, 0, translated.said);
  assert.match(translated.stderr, /computing on the CPU: run was trained with --device webgpu/);

  const named = without('translate', '--model', 'run', ...checkpoints, '--device', 'webgpu', pair, 'out.png');
  assert.equal(named.status, 1);
  assert.match(named.stderr, /there is no GPU that WebGPU can use/);

  const moved = without('train', ...name, '--continue_train', '--device', 'cpu', '--max_steps', '2');
  assert.equal(moved.status, 0, moved.said);
  assert.equal(kept().device, 'cpu');
});

test('a GPU that is not there is an error that says what there is', { skip }, () => {
  const { status, stderr } = without(
    'bench',
    '--gpu',
    'Voodoo',
    '--netG',
    'unet_32',
    '--ngf',
    '2',
    '--crop_size',
    '32',
  );
  assert.equal(status, 1);
  assert.match(stderr, /there is no GPU with Voodoo in its name\n +there are +none\n +fix .* devices/);
});
