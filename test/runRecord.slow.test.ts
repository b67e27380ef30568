import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { isProcessAlive } from '../src/base/files/processIdentity.js';
import { optionOrigins } from '../src/records/reading/optionOrigins.js';
import { readEvents } from '../src/records/writing/eventFileReader.js';
import type { RunSession } from '../src/records/writing/runRecord.js';
import { parseRunRecord } from '../src/records/writing/runRecordFile.js';
import { requestSave, requestStop } from '../src/records/writing/runRequests.js';
import type { JsonLine } from '../src/training/report/jsonReport.js';
import { makeDataset, pix2pix, root, TINY, temporaryFolder, textOf } from './tinyRun.js';
import { until } from './until.js';

// The record in a run's folder, and the interface of a training for other programs.

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 4, val: 1 });
const runFolder = (name: string) => join(folder, 'checkpoints', name);
const argvOf = (name: string, ...more: string[]) => [
  ...['train', '--dataroot', 'data', ...TINY, '--name', name],
  ...['--n_epochs', '2', '--n_epochs_decay', '0', ...more],
];
const train = (name: string, ...more: string[]) => pix2pix(folder, argvOf(name, ...more));
const sessionsOf = (name: string): readonly RunSession[] =>
  parseRunRecord(textOf(runFolder(name), 'run.json')).sessions;

async function eventsOf(name: string): Promise<{ tag: string; step: number; value: unknown }[]> {
  const events = [];
  const files = readdirSync(runFolder(name)).filter((file) => file.startsWith('events.out'));
  for (const file of files.sort()) {
    for await (const { step, what } of readEvents(join(runFolder(name), file))) {
      if (what.case !== 'summary') continue;
      for (const { tag, value } of what.value.value)
        events.push({ tag, step: Number(step), value: value.value });
    }
  }
  return events;
}

test('run.json tells what was asked for, where it ran, what it is and how it ended, session by session', () => {
  const argv = argvOf('told', '--seed', '7', '--max_steps', '3', '--quiet');
  assert.equal(pix2pix(folder, argv).status, 0);
  assert.equal(pix2pix(folder, ['train', '--name', 'told', '--continue_train', '--quiet']).status, 0);
  const [first, second, ...others] = sessionsOf('told');
  assert.deepEqual(others, []);
  assert.deepEqual(first.commandLine, argv);
  assert.deepEqual([first.options.netG, first.options.lr, first.options.max_steps], ['unet_32', 0.0002, 3]);
  assert.deepEqual([first.given.includes('netG'), first.given.includes('lr'), first.seed], [true, false, 7]);
  assert.equal(first.versions.node, process.versions.node);
  assert.deepEqual(first.plan, { imagesPerEpoch: 4, epochs: 2, firstStep: 1, lastStep: 3 });
  assert.deepEqual(first.exit, { reason: 'max_steps' });
  assert(first.endedAt! >= first.startedAt);
  assert.match(first.dataset?.fingerprint ?? '', /^[0-9a-f]{64}$/);
  assert.equal(first.dataset?.fingerprintOf, 'names and sizes of 4 files');
  assert.deepEqual(second.resumedFrom, { session: first.id, epoch: 1, step: 3 });
  assert.deepEqual(second.plan, { imagesPerEpoch: 4, epochs: 2, firstStep: 4, lastStep: 8 });
  assert.deepEqual(second.exit, { reason: 'finished' });
  assert.equal(second.dataset?.fingerprint, first.dataset?.fingerprint);
  const origins = new Map(optionOrigins([first, second]).map((origin) => [origin.name, origin]));
  assert.deepEqual([origins.get('netG')?.givenIn, origins.get('lr')?.givenIn], [1, undefined]);
  assert.deepEqual(origins.get('max_steps')?.before, { value: 3, session: 1 });
  // as the program itself counts them when it sets the model up
  for (const { name, parameters, layers } of first.networks!) {
    assert.equal(
      layers.reduce((sum, layer) => sum + layer.parameters, 0),
      parameters,
      name,
    );
    const told = new RegExp(`Network ${name}\\] Total number of parameters : (\\d+\\.\\d+) M`);
    assert.equal((parameters / 1e6).toFixed(3), told.exec(textOf(runFolder('told'), 'log.txt'))?.[1]);
  }
  assert.deepEqual(first.networks![1].layers[0], {
    name: 'model.0',
    tensors: ['weight f32[2,6,4,4]', 'bias f32[2]'],
    parameters: 2 * 6 * 16 + 2,
  });
});

test('a training that diverges leaves the value that is none, and says why it ended', async () => {
  const { status, stdout } = train('diverged', '--lr', '1e30', '--json', '--save_latest_freq', '1');
  assert.equal(status, 1);
  const [{ exit }] = sessionsOf('diverged');
  assert.equal(exit?.reason, 'failed');
  assert.match(exit?.message ?? '', /diverged/);
  const lines = stdout.trimEnd().split('\n');
  const last: JsonLine = JSON.parse(lines.at(-1)!);
  assert(last.event === 'ended' && last.reason === 'failed' && last.message === exit?.message);
  const losses = (await eventsOf('diverged')).filter(({ tag }) => tag.startsWith('loss/'));
  assert(
    losses.some(({ value }) => !Number.isFinite(value)),
    JSON.stringify(losses),
  );
  assert.match(textOf(runFolder('diverged'), 'log.txt'), /Z failed: .*diverged/);
});

test('what fails before its first step is told, and leaves no run', () => {
  const { status, stdout, stderr } = train('group/early', '--dataroot', 'nowhere', '--json');
  assert.equal(status, 1);
  assert.match(stderr, /^error: /);
  const line: JsonLine = JSON.parse(stdout);
  assert(line.event === 'ended' && line.reason === 'failed');
  assert.equal(existsSync(runFolder('group')), false);
});

test('a run that was there before is as it was, when going on with it fails before the first step', () => {
  assert.equal(train('kept', '--max_steps', '1', '--quiet').status, 0);
  const before = textOf(runFolder('kept'), 'run.json');
  const { status } = pix2pix(folder, [
    'train',
    '--name',
    'kept',
    '--continue_train',
    '--dataroot',
    'nowhere',
  ]);
  assert.equal(status, 1);
  assert.equal(textOf(runFolder('kept'), 'run.json'), before);
  assert.match(textOf(runFolder('kept'), 'log.txt'), /Z failed: /);
});

test('what a folder held before a training failed in it stays there', () => {
  mkdirSync(runFolder('mine'), { recursive: true });
  writeFileSync(join(runFolder('mine'), 'notes.txt'), 'mine');
  assert.equal(train('mine', '--dataroot', 'nowhere').status, 1);
  assert.deepEqual(readdirSync(runFolder('mine')).sort(), ['log.txt', 'notes.txt', 'train_opt.txt']);
});

test('checkpoints, hardware and times stand in the event file', async () => {
  assert.equal(train('whole', '--save_epoch_freq', '1', '--quiet').status, 0);
  const events = await eventsOf('whole');
  const marks = events.filter(({ tag }) => tag === 'checkpoint');
  const texts = marks.map(({ value }) =>
    Buffer.from((value as { stringVal: Uint8Array[] }).stringVal[0]).toString(),
  );
  assert.deepEqual(
    marks.map(({ step }) => step),
    [4, 8],
  );
  assert.deepEqual([texts[0], /^latest, 2(, best)?$/.test(texts[1])], ['latest, 1, best', true]);
  const times = ['time/images_per_second', 'time/data', 'time/data_wait_percent'];
  for (const tag of ['system/cpu_0', 'system/rss_gb', ...times]) {
    const point = events.find((event) => event.tag === tag);
    assert(Number(point?.value) >= 0 && point!.step > 0, tag);
  }
});

test('--json tells a program how it goes, one object a line, and nothing else', () => {
  const { status, stdout, stderr } = train('json', '--json', '--print_freq', '2');
  assert.deepEqual([status, stderr], [0, '']);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line): JsonLine => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ event }) => event),
    [
      'started',
      'step',
      'step',
      'validated',
      'epoch',
      'saved',
      'step',
      'step',
      'validated',
      'epoch',
      'saved',
      'ended',
    ],
  );
  const [started, step] = lines;
  assert(started.event === 'started' && step.event === 'step');
  assert.equal(started.session, sessionsOf('json')[0].id);
  assert.deepEqual([started.firstStep, started.lastStep, started.imagesPerEpoch], [1, 8, 4]);
  assert.deepEqual([step.step, step.epoch, step.iteration, step.learningRate], [2, 1, 2, 0.0002]);
  assert.deepEqual(Object.keys(step.losses), ['G_GAN', 'G_L1', 'D_real', 'D_fake']);
  assert.deepEqual(lines.at(-1), { event: 'ended', reason: 'finished', steps: 8, epoch: 2 });
});

/** Starts a training that would go on for long, and waits for its first line of losses. */
async function startLong(name: string, { env = {}, more = [] as string[] } = {}) {
  const long = ['--n_epochs', '100000', '--save_epoch_freq', '1000000', '--save_latest_freq', '1000000'];
  const argv = argvOf(name, ...long, '--val_freq', '0', '--no_html', ...more);
  const child = spawn(process.execPath, [join(root, 'bin', 'pix2pix.js'), ...argv], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  await until(() => output.includes('iters: ') || output.includes('"step"'));
  return { child, ended, output: () => output };
}

test('a running training saves and stops on a request in its folder; requests to an earlier run are discarded', async () => {
  requestStop(runFolder('asked'));
  const { ended, output } = await startLong('asked');
  const latest = join(runFolder('asked'), 'latest.json');
  assert(!existsSync(latest));
  requestSave(runFolder('asked'));
  await until(() => existsSync(latest));
  const [{ exit }] = sessionsOf('asked');
  assert.equal(exit, undefined); // it goes on
  requestStop(runFolder('asked'));
  assert.equal(await ended, 0, output());
  assert.match(
    output(),
    /^asked to save a checkpoint after this step$[\s\S]*^asked to stop: finishing the step, then saving$/m,
  );
  assert.deepEqual(sessionsOf('asked')[0].exit, { reason: 'stopped' });
});

test('a training that is killed leaves a record without an end, whole event files, and no nvidia-smi', {
  skip: process.platform === 'win32' ? 'the stand-in for nvidia-smi is a shell script' : false,
}, async () => {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const pid = join(folder, 'nvidia-smi.pid');
  const script = `#!/bin/sh\necho $$ > '${pid}'\nwhile :; do echo "0, 37, 1000, 8000, Stand-in"; sleep 0.1; done\n`;
  writeFileSync(join(folder, 'bin', 'nvidia-smi'), script);
  chmodSync(join(folder, 'bin', 'nvidia-smi'), 0o755);
  const PATH = `${join(folder, 'bin')}${delimiter}${process.env.PATH}`;
  const { child, ended } = await startLong('killed', { env: { PATH } });
  await until(() => sessionsOf('killed')[0].machine.gpus.length > 0);
  await until(async () => (await eventsOf('killed')).some(({ tag }) => tag === 'loss/G_L1'));
  child.kill('SIGKILL');
  await ended;
  const [{ exit, machine, process: writer }] = sessionsOf('killed');
  assert.deepEqual([exit, machine.gpus, writer.pid], [undefined, ['Stand-in'], child.pid]);
  assert((await eventsOf('killed')).some(({ tag }) => tag === 'loss/G_L1'));
  await until(() => !isProcessAlive(Number(readFileSync(pid, 'utf8'))));
});

test('records that cannot be written cost a warning, not the training', () => {
  mkdirSync(join(runFolder('broken'), 'log.txt'), { recursive: true });
  mkdirSync(join(runFolder('broken'), 'run.json'));
  const { status, stdout } = train('broken');
  assert.equal(status, 0);
  assert.equal(
    stdout.match(
      /^warning: training goes on, but its record is incomplete: the log cannot be written: there is a folder of that name$/gm,
    )?.length,
    1,
  );
  assert.equal(stdout.match(/^warning: run.json .*run.json.damaged/gm)?.length, 1, stdout);
  assert.match(stdout, /^finished after 8 steps/m);
  assert.equal(sessionsOf('broken').length, 1);
});

test('a program that stops reading ends the report, not the training', async () => {
  const { child, ended, output } = await startLong('deaf', { more: ['--json', '--print_freq', '4'] });
  child.stdout.destroy();
  const logged = () => textOf(runFolder('deaf'), 'log.txt').length;
  const before = logged();
  await until(() => logged() > before); // it goes on
  requestStop(runFolder('deaf'));
  assert.equal(await ended, 0);
  assert.doesNotMatch(output(), /error|EPIPE/i);
  assert.deepEqual(sessionsOf('deaf')[0].exit, { reason: 'stopped' });
});

const small = join(folder, 'small');
mkdirSync(small);
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'pix2pix', small]).status === 0;

test('while the disk is full training goes on without a record, and then with one again', {
  skip: isMounted ? false : 'needs the right to mount a small disk',
}, async () => {
  try {
    const run = join(small, 'full');
    const more = ['--checkpoints_dir', 'small', '--print_freq', '4', '--display_freq', '1000000'];
    const { ended, output } = await startLong('full', { more });
    const filler = join(small, 'filler');
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1k', 'count=5000']);
    await until(() => output().includes('warning: training goes on, but its record is incomplete: '));
    const told = output().length;
    await until(() => output().slice(told).includes('iters: '));
    rmSync(filler);
    const inLog = () => textOf(run, 'log.txt').length;
    const logged = inLog();
    await until(() => inLog() > logged);
    requestStop(run);
    assert.equal(await ended, 0, output());
    assert.equal(output().match(/^warning: training goes on, but its record is incomplete: /gm)?.length, 1);
    assert.deepEqual(parseRunRecord(textOf(run, 'run.json')).sessions[0].exit, { reason: 'stopped' });
    const [events] = readdirSync(run).filter((file) => file.startsWith('events.out'));
    const steps: number[] = [];
    for await (const { step } of readEvents(join(run, events))) steps.push(Number(step)); // throws on a damaged record
    assert(steps.length > 2);
  } finally {
    spawnSync('umount', [small]);
  }
});
