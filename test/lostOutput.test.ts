import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeDataset, program, stored, TINY, temporaryFolder, textOf } from './tinyRun.js';
import { until } from './until.js';

// A training whose output cannot be written: it goes on, and everything is kept in its folder.

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 5 });
const train = ['train', '--dataroot', 'data', ...TINY, '--print_freq', '1'];
const runFolder = (name: string) => join(folder, 'checkpoints', name);
const stepsOf = (name: string) => (stored(runFolder(name)) as { counters: { steps: number } }).counters.steps;
const skip = existsSync('/dev/full') ? false : 'there is no /dev/full';

for (const { what, name, argv, fds } of [
  { what: 'the standard output', name: 'full_out', argv: [], fds: [1] },
  { what: 'the report in JSON', name: 'full_json', argv: ['--json'], fds: [1] },
  { what: 'both streams', name: 'full_both', argv: ['--verbose'], fds: [1, 2] },
]) {
  test(`a full disk under ${what} ends no training`, { skip }, () => {
    const full = openSync('/dev/full', 'w');
    const stdio = (['ignore', 'pipe', 'pipe'] as ('ignore' | 'pipe' | number)[]).map((each, fd) =>
      fds.includes(fd) ? full : each,
    );
    const words = [program, ...train, ...argv, '--name', name, '--max_steps', '7'];
    const { status, stderr } = spawnSync(process.execPath, words, { cwd: folder, stdio, encoding: 'utf8' });
    assert.deepEqual([status, stderr || ''], [0, '']);
    assert.equal(stepsOf(name), 7);
    assert.match(textOf(runFolder(name), 'log.txt'), /max_steps\n$/);
    const { sessions } = JSON.parse(textOf(runFolder(name), 'run.json'));
    assert.equal(sessions.at(-1).exit.reason, 'max_steps');
  });
}

test('a command that only prints says that its output is lost', { skip }, () => {
  const stdio = ['ignore', openSync('/dev/full', 'w'), 'pipe'] as const;
  const { status, stderr } = spawnSync(process.execPath, [program, '--help'], {
    stdio: [...stdio],
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.match(stderr, /^error: cannot write: the disk is full\n {2}path +the standard output\n/);
});

const scripted = spawnSync('script', ['--version'], { encoding: 'utf8' });
const noTerminal = /util-linux/.test(scripted.stdout ?? '') ? false : 'there is no `script` of util-linux';

/**
 * Runs a command on a terminal that is closed when `isTime`: the shell that began there ends, and with it the system tells
 * all others. One that does not mind notes how the command ended.
 * @returns its exit code
 */
async function onClosedTerminal(name: string, command: string, isTime: () => boolean): Promise<number> {
  const [code, inner, outer] = ['code', 'inner.sh', 'outer.sh'].map((end) => join(folder, `${name}.${end}`));
  writeFileSync(inner, `trap : HUP\n${command}\necho $? > '${code}.part'\nmv '${code}.part' '${code}'\n`);
  writeFileSync(outer, `sh '${inner}'\ntrue\n`);
  const terminal = spawn('script', ['-qfc', `sh '${outer}'`, '/dev/null'], {
    cwd: folder,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const closed = once(terminal, 'close');
  await until(isTime);
  terminal.kill('SIGKILL');
  await closed;
  await until(() => existsSync(code));
  return Number(readFileSync(code, 'utf8'));
}

const lossesIn = (name: string) => {
  const log = join(runFolder(name), 'loss_log.txt');
  return existsSync(log) ? (readFileSync(log, 'utf8').match(/^\(epoch:/gm)?.length ?? 0) : 0;
};

for (const [name, ...argv] of [
  ['closed'],
  ['closed_json', '--json'],
  ['closed_elsewhere', '> out.txt 2>&1'], // the terminal is its standard input still
]) {
  test(`a closed terminal: saved, and 129 (${argv.join() || 'no option'})`, {
    skip: noTerminal,
  }, async () => {
    const words = [process.execPath, program, ...train, '--name', name, '--n_epochs', '2000', ...argv];
    const code = await onClosedTerminal(name, words.join(' '), () => lossesIn(name) >= 3);
    assert.equal(code, 129);
    assert.ok(stepsOf(name) >= 3);
    assert.equal(JSON.parse(textOf(runFolder(name), 'run.json')).sessions[0].exit.reason, 'stopped');
  });
}

test('under nohup it outlives its terminal', { skip: noTerminal }, async () => {
  for (const [name, before] of [
    ['nohup', 'nohup '],
    ['trapped', "trap '' HUP; "],
  ]) {
    const words = [process.execPath, program, ...train, '--name', name, '--max_steps', '60'];
    const code = await onClosedTerminal(name, before + words.join(' '), () => lossesIn(name) >= 3);
    assert.equal(code, 0);
    assert.equal(stepsOf(name), 60);
  }
});
