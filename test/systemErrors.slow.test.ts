/**
 * Whatever the operating system refuses, from the command line: one message in words that names the place and the fix,
 * exit code 1, no word of a defect.
 */
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSafetensors, writeSafetensors } from '../src/checkpoints/safetensors.js';
import { makeDataset, pix2pix, root, TINY, temporaryFolder } from './tinyRun.js';
import { PATIENCE } from './until.js';

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 4, test: 1 });
const train = (...more: string[]) =>
  pix2pix(folder, ['train', ...TINY, '--dataroot', 'data', '--max_steps', '2', ...more]);
const trained = train('--name', 'run', '--val_freq', '0');
assert.equal(trained.status, 0, trained.stderr);

const program = join(root, 'bin', 'pix2pix.js');
const isWindows = process.platform === 'win32';
/** All but line breaks and tabs. */
const CONTROLS = /(?![\n\t])\p{Cc}/u;
const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/** Runs the program under a shell, which can redirect its streams and set its limits. */
function shell(before: string, argv: readonly string[], after = ''): SpawnSyncReturns<string> {
  const line = [before, [process.execPath, program, ...argv].map(quote).join(' '), after].join(' ');
  return spawnSync('sh', ['-c', line], { cwd: folder, encoding: 'utf8', timeout: PATIENCE });
}

function assertTold({ status, stderr, signal }: SpawnSyncReturns<string>, message: RegExp): void {
  assert.deepEqual([status, signal], [1, null], stderr);
  assert.match(stderr, message);
  assert.match(stderr, /^ {2}fix +\S/m);
  assert.equal(stderr.match(/^error: /gm)?.length, 1, stderr);
  assert.doesNotMatch(stderr, /defect|^\s+at .*:\d+:\d+\)?$/m);
}

test('a standard output that takes nothing', { skip: !existsSync('/dev/full') && 'no /dev/full' }, () => {
  for (const argv of [
    ['--help'],
    ['--version'],
    ['runs'],
    ['runs', '--json'],
    ['runs', 'export', 'run'],
    ['test', '--name', 'run'],
    ['translate', '--model', 'run', 'data/test/0.png', '-'],
    ['export', '--model', 'run', '--out', 'run.onnx'],
    ['dataset', 'synth', '--out', 'drawn', '--count', '3', '--size', '64'],
  ]) {
    assertTold(
      shell('', argv, '> /dev/full'),
      /^error: cannot write: the disk is full\n {2}path +the standard output\n {2}code +ENOSPC/m,
    );
    rmSync(join(folder, 'drawn'), { recursive: true, force: true });
  }
  assert.equal(shell('', ['nonsense'], '2> /dev/full').status, 1);
});

test('a limit of open files', { skip: isWindows && 'no such limit' }, () => {
  for (const argv of [
    ['test', '--name', 'run'],
    ['translate', '--model', 'run', 'data/test/0.png', 'x.png'],
  ])
    assertTold(
      shell('ulimit -n 40;', argv),
      /^error: cannot open: too many files are open\n[\s\S]*code +EMFILE\n {2}fix +raise/m,
    );
});

test('a file where a folder should be, and a folder where a file should be', () => {
  writeFileSync(join(folder, 'file'), 'x');
  mkdirSync(join(folder, 'folder'));
  mkdirSync(join(folder, 'checkpoints'), { recursive: true });
  writeFileSync(join(folder, 'checkpoints', 'afile'), 'x');
  const image = 'data/test/0.png';
  const isAFile = /^error: [^\n]*(is a file, not a folder|cannot be read)/m;
  assertTold(pix2pix(folder, ['test', '--name', 'afile']), isAFile);
  assertTold(train('--name', 'afile'), isAFile);
  assertTold(train('--name', 'afile', '--continue_train'), isAFile);
  assertTold(pix2pix(folder, ['export', '--model', 'afile']), isAFile);
  assertTold(pix2pix(folder, ['translate', '--model', 'afile', image, 'x.png']), isAFile);
  assertTold(pix2pix(folder, ['runs', '--logdir', 'file']), isAFile);
  assertTold(pix2pix(folder, ['test', '--name', 'run', '--results_dir', 'file']), isAFile);
  assertTold(pix2pix(folder, ['export', '--model', 'run', '--out', 'file/x.onnx']), isAFile);
  assertTold(pix2pix(folder, ['runs', 'export', 'run', '--out', 'file/x.csv']), isAFile);
  assertTold(train('--config', 'folder'), /^error: cannot read the file of options: there is a folder/m);
});

test('a disk that may only be read', (context) => {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', disk]).status !== 0) {
    context.skip('a disk cannot be mounted here');
    return;
  }
  try {
    const readOnly = /^error: [^\n]*: the file system is read-only\n {2}path +\S*disk\S*\n {2}code +EROFS\n/m;
    assertTold(train('--checkpoints_dir', 'disk'), readOnly);
    assertTold(pix2pix(folder, ['test', '--name', 'run', '--results_dir', 'disk']), readOnly);
    assertTold(pix2pix(folder, ['export', '--model', 'run', '--out', 'disk/x.onnx']), readOnly);
    assertTold(
      pix2pix(folder, ['export', '--model', 'run', '--format', 'pth', '--out', 'disk/x.pth']),
      /path +disk\/x\.pth\n/,
    );
    assertTold(pix2pix(folder, ['translate', '--model', 'run', 'data/test/0.png', 'disk/x.png']), readOnly);
    assertTold(pix2pix(folder, ['runs', 'export', 'run', '--out', 'disk/x.csv']), /path +disk\/x\.csv\n/);
    assertTold(
      pix2pix(folder, ['dataset', 'synth', '--out', 'disk/x', '--count', '3', '--size', '64']),
      readOnly,
    );
    assertTold(pix2pix(folder, ['dataset', 'split', 'data', 'disk/x']), readOnly);
  } finally {
    spawnSync('umount', [disk]);
  }
});

test('a file system that takes no folders is no reason to hang', {
  skip: !existsSync('/proc/self') && 'no /proc',
}, () => {
  const takesNone =
    /^error: cannot make a folder: this file system takes none there\n {2}path +\/proc\/nowhere\n/m;
  assertTold(
    shell('', ['train', ...TINY, '--dataroot', 'data', '--checkpoints_dir', '/proc/nowhere']),
    takesNone,
  );
  assertTold(shell('', ['test', '--name', 'run', '--results_dir', '/proc/nowhere']), takesNone);
  const cached = shell('PIX2PIX_CACHE=/proc/nowhere', [
    ...['train', ...TINY, '--dataroot', 'data', '--name', 'cached', '--max_steps', '1'],
  ]);
  assert.equal(cached.status, 0, cached.stderr);
});

test('a port that is none', () => {
  for (const port of ['99999', '65536', '-1', '8.5', 'x']) {
    const { status, stderr } = pix2pix(folder, ['dashboard', `--port=${port}`]);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /^error: --port cannot be .*\n {2}takes +(0 to 65535|a whole number)$/m);
  }
});

test('weights of a type that no weights are of', () => {
  pix2pix(folder, ['export', '--model', 'run', '--format', 'safetensors', '--out', 'run.safetensors']);
  const { tensors, metadata } = readSafetensors(join(folder, 'run.safetensors'));
  const counter = [...tensors.keys()].find((name) => name.endsWith('num_batches_tracked'))!;
  for (const name of ['model.model.0.weight', counter]) {
    const { shape, data } = tensors.get(name)!;
    const changed = new Map(tensors).set(name, { dtype: 'I32', shape, data: new Int32Array(data.length) });
    writeSafetensors(join(folder, 'odd.safetensors'), changed, Object.fromEntries(metadata));
    const told = pix2pix(folder, ['translate', '--model', 'odd.safetensors', 'data/test/0.png', 'x.png']);
    assertTold(
      told,
      /^error: tensor [\w.]+ is of another type\n {2}file +odd\.safetensors\n {2}found +I32\n/m,
    );
  }
});

test('records that cannot be begun cost the record, not the training', () => {
  const run = join(folder, 'checkpoints', 'unwritable');
  for (const name of ['loss_log.txt', 'train_opt.txt', 'log.txt'])
    mkdirSync(join(run, name, 'in the way'), { recursive: true });
  const { status, stdout, stderr } = train('--name', 'unwritable', '--print_freq', '1');
  assert.equal(status, 0, stderr);
  assert.equal(
    stdout.match(/^warning: training goes on, but its record is incomplete: /gm)?.length,
    1,
    stdout,
  );
  assert.match(stdout, /^saved latest/m);
  assert.ok(existsSync(join(run, 'run.json')));
});

test('pipes, links to /proc and names that are not UTF-8 among the images', {
  skip: (isWindows || !existsSync('/proc/self')) && 'no pipes or no /proc',
}, async () => {
  await makeDataset(join(folder, 'odd'), { train: 3 });
  const at = (name: string) => join(folder, 'odd', 'train', name);
  assert.equal(spawnSync('mkfifo', [at('pipe.png')]).status, 0);
  for (const [name, target] of Object.entries({
    proc: '/proc',
    fd: '/proc/self/fd',
    'zero.png': '/dev/zero',
    'status.png': '/proc/self/status',
    'pipelink.png': 'pipe.png',
  }))
    symlinkSync(target, at(name));
  copyFileSync(
    at('0.png'),
    Buffer.concat([Buffer.from(`${at('')}/bad`), Buffer.of(0xff), Buffer.from('.png')]),
  );
  const { status, stdout, stderr } = pix2pix(folder, [
    ...['train', ...TINY, '--dataroot', 'odd', '--name', 'odd', '--max_steps', '6', '--val_freq', '0'],
  ]);
  assert.equal(status, 0, stderr);
  const warnings = [...stdout.matchAll(/^warning: odd.train.(.*) is left out: (.*)$/gm)].map(
    ([, name, why]) => [name, why],
  );
  assert.deepEqual(warnings.sort(), [
    ['bad\ufffd.png', 'it cannot be read: its name is not UTF-8'],
    ['status.png', 'it is empty (zero bytes)'],
  ]);
  const split = shell('', ['dataset', 'split', 'odd', 'halves']);
  assert.deepEqual([split.status, split.signal], [1, null], split.stderr);
  const broken = / {2}this image cannot be used\n {4}file +\S*odd.train.\S+\n {4}reason +it .+\n {4}fix +\S/;
  assert.match(
    split.stderr,
    new RegExp(`^error: 4 of 7 pairs were not cut\n(${broken.source}.*\n){4}$`, 'm'),
  );
});

test('control characters in names reach neither terminal nor log', {
  skip: isWindows && 'no such names',
}, async () => {
  const name = 'a\u001b]0;owned\u0007\nb';
  await makeDataset(join(folder, name), { train: 2 });
  writeFileSync(join(folder, name, 'train', 'bad\u001b[2J.png'), 'no image');
  mkdirSync(join(folder, 'checkpoints', `x${name}`), { recursive: true });
  copyFileSync(
    join(folder, 'checkpoints', 'run', 'run.json'),
    join(folder, 'checkpoints', `x${name}`, 'run.json'),
  );
  appendFileSync(join(folder, 'checkpoints', `x${name}`, 'log.txt'), '');
  const outputs = [
    train('--name', 'named', '--dataroot', name, '--max_steps', '4', '--verbose'),
    train('--name', name),
    pix2pix(folder, ['runs']),
    pix2pix(folder, ['runs', '--json']),
    pix2pix(folder, ['runs', 'diff', 'run', `x${name}`]),
    pix2pix(folder, ['runs', 'export', `y${name}`]),
    pix2pix(folder, ['test', '--name', `y${name}`]),
    pix2pix(folder, ['translate', '--model', 'run', `${name}/none.png`, 'x.png']),
    pix2pix(folder, ['translate', '--model', 'run', join(name, 'train'), 'translated']),
    pix2pix(folder, ['dataset', 'combine', name, 'data', 'x']),
    pix2pix(folder, ['dataset', 'split', name, `split${name}`]),
    pix2pix(folder, [name]),
  ];
  for (const { stdout, stderr } of outputs) assert.doesNotMatch(stdout + stderr, CONTROLS);
  const [begun] = outputs;
  assert.match(begun.stdout, /^warning: a\\u001b\]0;owned\\u0007\\nb.train.bad\\u001b\[2J\.png is left out/m);
  for (const log of ['log.txt', 'loss_log.txt', 'train_opt.txt']) {
    const text = readFileSync(join(folder, 'checkpoints', 'named', log), 'utf8');
    assert.doesNotMatch(text, CONTROLS, log);
  }
});
