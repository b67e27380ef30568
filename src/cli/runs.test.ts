import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { csvParse } from 'd3-dsv';
import { fakeMlflow } from '../../test/fakeMlflow.js';
import { root, temporaryFolder } from '../../test/tinyRun.js';
import { commandHere } from '../../test/told.js';
import { expectedMetrics, sessionOf, sorted, writeRecord, writeSteps } from '../../test/writtenRun.js';
import { EventTracker } from '../records/writing/eventTracker.js';
import type { RunSession } from '../records/writing/runRecord.js';

const folder = temporaryFolder();
process.chdir(folder);
const finished = { exit: { reason: 'finished' }, endedAt: '2026-03-01T11:00:00.000Z' } as const;

function makeRun(
  name: string,
  steps: number,
  change: Partial<RunSession> = {},
  checkpoints = 'checkpoints',
): string {
  const run = join(folder, checkpoints, name);
  mkdirSync(run, { recursive: true });
  writeRecord(run, sessionOf(name, change));
  if (steps > 0) writeSteps(run, 1, steps);
  return run;
}

const options = (change: object) => ({ options: { ...sessionOf('').options, ...change } });
makeRun('facades_pix2pix', 20, { ...finished, ...options({ lr: 0.0002 }) });
makeRun('facades_lr', 10, { exit: { reason: 'stopped' }, ...options({ lr: 0.01, netG: 'resnet_9blocks' }) });
const here = { ...sessionOf('').machine, host: hostname() };
makeRun('gone', 5, {
  ...options({ lr: 1 }),
  machine: here,
  process: { pid: 4_194_303, start: '1', boot: 'earlier' },
});

async function run(...argv: string[]): Promise<string> {
  const { status, stdout, stderr } = await commandHere('runs', ...argv);
  assert.equal(status, 0, stderr);
  return stdout;
}

async function refused(...argv: string[]): Promise<string> {
  const { status, stderr } = await commandHere('runs', ...argv);
  assert.equal(status, 1);
  return stderr;
}

test('the list says how runs are doing, how far they are, and their metrics', async () => {
  const lines = (await run('--sort', 'name')).split('\n');
  assert.match(lines[0], /^RUN +STATE +EPOCH +DONE +ETA +loss\/G_L1 +best +loss\/D_real +best +AGE$/);
  assert.match(lines[1], /^facades_lr +stopped +1\/2 +50 % +5\.000 +0\.5000 +-10\.00 +-10\.00 /);
  assert.match(lines[2], /^facades_pix2pix +finished +2\/2 +100 % +10\.00 +0\.5000 +-20\.00 +-20\.00 /);
  assert.match(lines[3], /^gone +crashed /);
  assert.match(lines.at(-2)!, /^gone: its process is gone without having said why/);
});

test('filter, order and JSON are those of the dashboard', async () => {
  const ids = async (...argv: string[]) =>
    (JSON.parse(await run('--json', ...argv)) as { id: string }[]).map(({ id }) => id);
  assert.deepEqual(await ids('--sort', 'lr'), ['facades_pix2pix', 'facades_lr', 'gone']);
  assert.deepEqual(await ids('--sort', '-lr'), ['gone', 'facades_lr', 'facades_pix2pix']);
  assert.deepEqual(await ids('--filter', 'lr > 1e-3 and netG = unet_256'), ['gone']);
  assert.match(await run('--filter', 'step > 1000'), /^no run passes the filter\n$/);
  assert.match(await refused('--filter', 'lr >'), /expression[\s\S]*fix/i);
  assert.match(await refused('--sort', 'netg'), /no run has netg[\s\S]*did you mean netG\?/);
});

test('a folder without runs, and one that is not there, say so', async () => {
  mkdirSync(join(folder, 'empty'));
  assert.equal(await run('--logdir', 'empty'), 'no runs in empty\n');
  assert.equal(await run('--logdir', 'empty', '--json'), '[]\n');
  assert.match(
    await refused('--logdir', 'nowhere'),
    /log directory does not exist[\s\S]*nowhere[\s\S]*--checkpoints_dir/,
  );
});

test('diff shows what is another thing, and says so where nothing is', async () => {
  const text = await run('diff', 'facades_pix2pix', 'facades_lr');
  assert.match(
    text,
    /^ +facades_pix2pix +facades_lr\noptions\n {2}lr +0\.0002 +0\.01\n {2}netG +unet_256 +resnet_9blocks\nmetrics\n/,
  );
  assert.match(text, /^ {2}state +finished +stopped$/m);
  assert.doesNotMatch(text, /commit|versions|machine|name/);
  assert.equal(await run('diff', 'gone', 'gone'), 'nothing differs between gone and gone\n');
});

test('diff shows counts to their last digit', async () => {
  const networks = (parameters: number) => ({ networks: [{ name: 'G', parameters, layers: [] }] });
  makeRun('wide', 0, { ...networks(54_413_955), ...options({ max_dataset_size: 1_234_567 }) }, 'counts');
  makeRun('wider', 0, { ...networks(54_414_019), ...options({ max_dataset_size: 1_234_568 }) }, 'counts');
  const text = await run('diff', 'wide', 'wider', '--logdir', 'counts');
  assert.match(text, /parameters of G +54413955 +54414019$/m);
  assert.match(text, /max_dataset_size +1234567 +1234568$/m);
});

test('a run that has made its --max_steps is at the end of the epoch in which they end', async () => {
  const plan = { imagesPerEpoch: 10, epochs: 200, firstStep: 1, lastStep: 35 };
  makeRun('short', 35, { plan, exit: { reason: 'max_steps' }, ...options({ max_steps: 35 }) }, 'ended');
  assert.match(await run('--logdir', 'ended'), /^short +finished +4\/4 +100 % /m);
  const [{ stateReason }] = JSON.parse(await run('--json', '--logdir', 'ended'));
  assert.equal(stateReason, 'by --max_steps, in epoch 4 of the 200 that were planned');
});

test('diff tells of code, machine, versions and data, as JSON too', async () => {
  const { machine } = sessionOf('');
  const dataset = { root: 'x', phase: 'train', samples: 10, fingerprint: 'ff' };
  makeRun('a', 0, { dataset }, 'more');
  const other = {
    git: { commit: 'def456', branch: 'main', isDirty: false },
    versions: { 'pix2pix-ts': '0.2.0' },
  };
  const run2 = { ...other, machine: { ...machine, cores: 64 }, dataset: { ...dataset, fingerprint: '00' } };
  makeRun('b', 0, run2, 'more');
  const { differences } = JSON.parse(await run('diff', 'a', 'b', '--logdir', 'more', '--json'));
  assert.deepEqual(differences, [
    { of: 'code', name: 'commit', a: 'abc123', b: 'def456' },
    { of: 'code', name: 'uncommitted changes', a: true, b: false },
    { of: 'versions', name: 'pix2pix-ts', a: '0.1.0', b: '0.2.0' },
    { of: 'machine', name: 'cores', a: 2, b: 64 },
    { of: 'data', name: 'fingerprint', a: 'ff', b: '00' },
  ]);
});

test('a run that there is not gets the nearest that there is', async () => {
  for (const command of ['export', 'sync']) {
    assert.match(
      await refused(command, 'facades_px2pix'),
      /there is no run facades_px2pix[\s\S]*did you mean facades_pix2pix\?/,
    );
  }
  assert.match(await refused('diff', 'gone', '../gone'), /there is no run \.\.\/gone/);
});

test('export gives every point as CSV and JSON, of all scalars or some', async () => {
  const rows = csvParse(await run('export', 'facades_pix2pix'));
  const seen = rows.map(({ tag, step, value }): [string, number, number] => [
    tag,
    Number(step),
    Number(value),
  ]);
  assert.deepEqual(sorted(seen), expectedMetrics(1, 20));
  const [series, ...others] = JSON.parse(
    await run('export', 'gone', '--tag', 'loss/G_L1', '--format', 'json'),
  );
  assert.deepEqual(others, []);
  assert.deepEqual(
    series.points.map(([step, , value]: number[]) => [step, value]),
    [1, 2, 3, 4, 5].map((step) => [step, step / 2]),
  );
  assert.match(await refused('export', 'gone', '--tag', 'loss/G_L2'), /did you mean loss\/G_L1\?/);
});

test('export writes a file whole, by its ending, and replaces none unasked', async () => {
  assert.equal(await run('export', 'gone', '--out', 'out/gone.json'), 'wrote out/gone.json\n');
  const text = readFileSync(join(folder, 'out', 'gone.json'), 'utf8');
  assert.equal(JSON.parse(text).length, 2);
  assert.match(
    await refused('export', 'facades_lr', '--out', 'out/gone.json'),
    /the file exists[\s\S]*--overwrite/,
  );
  assert.equal(readFileSync(join(folder, 'out', 'gone.json'), 'utf8'), text);
  await run('export', 'facades_lr', '--out', 'out/gone.json', '--overwrite');
  assert.notEqual(readFileSync(join(folder, 'out', 'gone.json'), 'utf8'), text);
  await run('export', 'gone', '--out', 'out/gone.html');
  assert.match(readFileSync(join(folder, 'out', 'gone.html'), 'utf8'), /^<!doctype html>[\s\S]*loss\/G_L1/i);
  assert.deepEqual(readdirSync(join(folder, 'out')).sort(), ['gone.html', 'gone.json']);
});

test('a reader that closes the pipe ends it quietly', async () => {
  makeRun('long', 30_000, finished, 'long');
  const program = [join(root, 'bin', 'pix2pix.js'), 'runs', 'export', 'long', '--logdir', 'long'];
  const child = spawn(process.execPath, program, { cwd: folder });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.deepEqual([code, errors], [0, '']);
});

test('a damaged run is listed beside the others', async () => {
  const run1 = makeRun('whole', 3, finished, 'damaged');
  const run2 = makeRun('broken', 3, finished, 'damaged');
  writeFileSync(join(run2, 'run.json'), '{');
  const events = new EventTracker(run1);
  events.close();
  const text = await run('--logdir', 'damaged');
  assert.match(text, /^whole +finished/m);
  assert.match(text, /^broken: run\.json/m);
});

test('sync sends a run to a server, once, with its address from the run or the flag', async () => {
  const fake = await fakeMlflow();
  makeRun(
    'sent',
    8,
    { ...finished, ...options({ mlflow_uri: fake.uri, mlflow_experiment: 'mine' }) },
    'remote',
  );
  const sync = async (...argv: string[]) => {
    const { status, stdout, stderr } = await commandHere('runs', 'sync', ...argv, '--logdir', 'remote');
    return { code: status, output: stdout + stderr };
  };
  const first = await sync('sent');
  assert.deepEqual([first.code, first.output], [0, `sent: sent to MLflow at ${fake.uri}\n`]);
  assert.deepEqual([...fake.experiments.keys()], ['mine']);
  assert.equal(fake.run.metrics.length, 16);
  assert.match((await sync('sent')).output, /has all of it/);
  assert.equal(fake.run.metrics.length, 16);
  makeRun('elsewhere', 8, finished, 'remote');
  assert.match((await sync('elsewhere')).output, /reports to no server[\s\S]*--mlflow_uri/);
  await fake.stop();
  const away = await sync('elsewhere', '--mlflow_uri', fake.uri);
  assert.equal(away.code, 1);
  assert.match(away.output, /could not be sent[\s\S]*ECONNREFUSED[\s\S]*run the same command again/);
  rmSync(join(folder, 'remote'), { recursive: true });
});
