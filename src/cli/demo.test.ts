import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { pix2pix, program, TINY, temporaryFolder } from '../../test/tinyRun.js';
import { commandHere } from '../../test/told.js';
import { until } from '../../test/until.js';
import type { RunList } from '../records/dashboard/api.js';

const folder = temporaryFolder();
process.chdir(folder);

test('after the demonstration its run is found without a word, and its last lines say what to do next', async () => {
  const demo = pix2pix(folder, ['demo', '--size', '64', '--count', '4', '--steps', '2']);
  assert.equal(demo.status, 0, demo.stderr);
  const told = demo.stdout.slice(demo.stdout.indexOf('what to do next'));
  for (const command of [
    /dashboard/,
    /export --model \S+facades_demo --format web --out/,
    /train --dataroot/,
  ])
    assert.match(told, command);
  const list = await commandHere('runs');
  assert.match(list.stdout, /^facades_demo +finished /m);
  assert.match(list.stderr, /the demonstration's runs/);
  assert.equal((await commandHere('runs', 'export', 'facades_demo')).status, 0);
  const { logDirectory, runs } = await dashboardOf(folder);
  assert.deepEqual([runs.map(({ id }) => id), logDirectory], [['facades_demo'], './demo/checkpoints']);
});

test('where trainings have kept runs, those are meant', async () => {
  const argv = ['--dataroot', 'demo/facades_64_4', '--name', 'mine', '--max_steps', '1', '--quiet'];
  assert.equal(pix2pix(folder, ['train', ...argv, ...TINY]).status, 0);
  assert.match((await commandHere('runs')).stdout, /^mine +finished /m);
});

/** What the dashboard shows that is started in a folder without further words. */
async function dashboardOf(cwd: string): Promise<RunList> {
  const child = spawn(process.execPath, [program, 'dashboard', '--port', '0'], { cwd });
  try {
    const url = await new Promise<string>((resolve) => {
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
        const found = /(http:\S+)/.exec(output)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    let list!: RunList;
    await until(async () => {
      list = (await (await fetch(`${url}api/runs`)).json()) as RunList;
      return list.runs.length > 0;
    });
    return list;
  } finally {
    child.kill('SIGKILL');
  }
}
