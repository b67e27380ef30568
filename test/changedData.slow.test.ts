import assert from 'node:assert/strict';
import { copyFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeDataset, pix2pix, TINY, temporaryFolder, textOf } from './tinyRun.js';

const folder = temporaryFolder();
const runFolder = (name: string) => join(folder, 'checkpoints', name);

test('a run that goes on with another data set than before says what has changed', async () => {
  await makeDataset(join(folder, 'growing'), { train: 4 });
  const argv = ['train', '--name', 'growing', '--continue_train', '--quiet'];
  const on = (steps: number, ...more: string[]) => {
    const { status, stdout, stderr } = pix2pix(folder, [...argv, '--max_steps', `${steps}`, ...more]);
    assert.equal(status, 0, stderr);
    return stdout + stderr;
  };
  const start = ['train', '--dataroot', 'growing', ...TINY, '--name', 'growing', '--max_steps', '1'];
  pix2pix(folder, [...start, '--n_epochs', '2', '--n_epochs_decay', '0']);
  assert.equal(on(2), '');
  copyFileSync(join(folder, 'growing', 'train', '0.png'), join(folder, 'growing', 'train', 'new.png'));
  assert.match(
    on(3),
    /^warning: the data set has changed since this run was last started: 5 samples, 4 before; /,
  );
  assert.match(textOf(runFolder('growing'), 'log.txt'), /^.*warning: the data set has changed/m);
  assert.equal(on(4), '');
  copyFileSync(join(folder, 'growing', 'train', '0.png'), join(folder, 'growing', 'train', '1.png'));
  assert.match(on(5), /^warning: the data set has changed .*: names or sizes among its 5 samples/);
  renameSync(join(folder, 'growing'), join(folder, 'moved'));
  assert.equal(on(6, '--dataroot', 'moved'), '');
});
