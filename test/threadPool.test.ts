import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { program, temporaryFolder } from './tinyRun.js';

const folder = temporaryFolder();

/** How many threads the program has when it ends, on a machine of so many cores. */
function threads(cores: number, env: NodeJS.ProcessEnv = {}): number {
  const preload = join(folder, 'cores.cjs');
  writeFileSync(
    preload,
    `require('node:os').availableParallelism = () => ${cores};
     process.on('exit', () => console.log('threads', require('node:fs').readdirSync('/proc/self/task').length));`,
  );
  const { UV_THREADPOOL_SIZE: _, ...others } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, ['--require', preload, program, '--version'], {
    ...{ env: { ...others, ...env }, encoding: 'utf8' },
  });
  const found = /^threads (\d+)$/m.exec(stdout);
  assert.ok(found, stdout + stderr);
  return Number(found[1]);
}

const skip = process.platform === 'linux' ? false : 'only Linux tells the threads of a process by files';

test('images are decoded by as many threads as there are cores, and by four at least', { skip }, () => {
  const four = threads(4);
  assert.equal(threads(12), four + 8);
  assert.equal(threads(1), four);
  assert.equal(threads(12, { UV_THREADPOOL_SIZE: '5' }), four + 1, 'unless somebody has said how many');
});
