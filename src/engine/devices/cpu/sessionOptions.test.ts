import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { test } from 'node:test';
import { MANY_THREADS, sessionOptions, threadCount } from './sessionOptions.js';

const entries = (threads: number) =>
  (sessionOptions(threads).extra as { session: Record<string, string> }).session;

test('few threads block as they wait; many spin, but neither long nor between runs', () => {
  for (const threads of [1, 2, MANY_THREADS - 1]) {
    assert.equal(entries(threads)['intra_op.allow_spinning'], '0');
    assert.equal(entries(threads)['intra_op.spin_duration_us'], undefined);
  }
  for (const threads of [MANY_THREADS, 16]) {
    assert.equal(entries(threads)['intra_op.allow_spinning'], '1');
    assert.ok(Number(entries(threads)['intra_op.spin_duration_us']) <= 100);
    assert.equal(entries(threads).force_spinning_stop, '1');
  }
});

test('a count that is given is kept; without, there is a thread for each processor that this process may use', () => {
  assert.equal(sessionOptions(3).intraOpNumThreads, 3);
  assert.equal(threadCount(3), 3);
  assert.equal(threadCount(0), availableParallelism());
});

const isTaskset = process.platform === 'linux' && spawnSync('taskset', ['--version']).status === 0;

test('a process that may use some of the processors alone asks for as many threads, which the runtime does not bind', {
  skip: (!isTaskset && 'there is no taskset') || (cpus().length < 2 && 'there is one processor'),
}, () => {
  const module = new URL('./sessionOptions.js', import.meta.url).href;
  const script = `import { sessionOptions } from '${module}'; console.log(sessionOptions(0).intraOpNumThreads)`;
  const node = [process.execPath, '--input-type=module', '-e', script];
  assert.equal(execFileSync('taskset', ['-c', '0', ...node], { encoding: 'utf8' }).trim(), '1');
  assert.equal(
    sessionOptions(0).intraOpNumThreads,
    availableParallelism() < cpus().length ? availableParallelism() : 0,
  );
});
