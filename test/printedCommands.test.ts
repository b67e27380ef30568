import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openRuns } from '../src/records/reading/runIndex.js';
import { makeDataset, pix2pix, TINY, temporaryFolder } from './tinyRun.js';

// Every command line that the program prints is typed in as it stands, in a folder and with names that a shell would
// take apart.

const skip = process.platform === 'win32' && 'there is no sh';
const folder = join(temporaryFolder(), "it's my folder");
mkdirSync(folder);
await makeDataset(join(folder, 'my data'), { train: 3, test: 1 });

function typed(line: string, cwd = folder): string {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd, encoding: 'utf8' });
  assert.equal(status, 0, `${line}\n${stderr}`);
  return stdout;
}

/** The text after `before` at the end of a line of the output. */
function printed(output: string, before: string): string {
  const line = output.split('\n').find((each) => each.includes(before));
  assert.ok(line, output);
  return line.slice(line.indexOf(before) + before.length).trim();
}

test('a training says how to go on, and then how to test', { skip }, () => {
  const run = [
    '--name',
    'a run',
    '--checkpoints_dir',
    '$HOME runs',
    '--n_epochs',
    '1',
    '--n_epochs_decay',
    '0',
  ];
  const first = pix2pix(folder, ['train', '--dataroot', 'my data', ...TINY, ...run, '--max_steps', '1']);
  assert.equal(first.status, 0, first.stderr);
  const more = printed(first.stdout, 'go on:');
  const second = typed(`${more} --max_steps 3`);
  const third = typed(printed(second, 'see what it learned:'));
  assert.match(third, /^results: results.a run/m);
});

test('the dashboard’s line to go on works from anywhere', { skip }, async () => {
  const index = await openRuns(join(folder, '$HOME runs'));
  try {
    const { resumeCommand } = index.detail('a run')!;
    assert.match(
      typed(`${resumeCommand} --n_epochs 2 --max_steps 4`, '/'),
      /^saved and stopped after 4 steps/m,
    );
  } finally {
    index.close();
  }
});

test('a drawn data set says how to train on it', { skip }, () => {
  const made = pix2pix(folder, ['dataset', 'synth', '--out', 'a "set"', '--count', '4', '--size', '64']);
  assert.equal(made.status, 0, made.stderr);
  const lines = made.stdout.trim().split('\n');
  const small = `${TINY.join(' ')} --max_steps 1`;
  assert.match(typed(`${lines.at(-1)} ${small}`), /^saved and stopped after 1 steps?/m);
});

test('the program says where its documentation is', () => {
  const { homepage } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.ok(pix2pix(folder, ['--help']).stdout.includes(`Documentation: ${homepage}`));
});
