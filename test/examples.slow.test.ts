import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { startService } from '../src/inference/serve/service.js';
import { makeDataset, root, stored, TINY, temporaryFolder, textOf } from './tinyRun.js';

// Every file of examples/ does what its first lines say, on tiny data.

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 4 });
const hasRun = new Set<string>();

const python = process.env.PIX2PIX_TEST_PYTHON ?? 'python3';
const hasTorch =
  spawnSync(python, ['-c', 'import torch, safetensors, PIL'], { stdio: 'ignore' }).status === 0;
const skip = !hasTorch && `no PyTorch, safetensors and Pillow in ${python} (name one by PIX2PIX_TEST_PYTHON)`;

function example(name: string, ...argv: string[]): string {
  hasRun.add(`${name}.ts`);
  const program = join(root, 'dist', 'examples', `${name}.js`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [0, ''], stdout);
  return stdout;
}

test('trainAsLibrary', () => {
  const output = example('trainAsLibrary', 'library', ...TINY, '--n_epochs', '1', '--n_epochs_decay', '1');
  assert.match(output, /^epoch 1: G_L1 \d+\.\d\d, D 0\.\d{3}\nepoch 2: /m);
});

test('translateImage, with what trainAsLibrary has trained, keeps the size as pix2pix translate does', async () => {
  const input = join(folder, 'wide.png'); // the networks were trained on 32 × 32
  await sharp({ create: { width: 96, height: 64, channels: 3, background: 'red' } }).toFile(input);
  assert.match(example('translateImage', 'library', 'wide.png', 'out.png', 'library'), /^out\.png: 96×64$/m);
  const { width, height, format } = await sharp(join(folder, 'out.png')).metadata();
  assert.deepEqual({ width, height, format }, { width: 96, height: 64, format: 'png' });
});

test('translateFolder', async () => {
  mkdirSync(join(folder, 'labels'));
  writeFileSync(join(folder, 'labels', 'broken.png'), 'no image');
  await sharp(join(folder, 'data', 'train', '0.png')).toFile(join(folder, 'labels', 'a.jpg'));
  const output = example('translateFolder', 'library', 'labels', 'photos', 'library');
  assert.match(output, /^1 of 2 images translated\nbroken\.png: this image cannot be used\n/);
  const { width, height } = await sharp(join(folder, 'photos', 'a.png')).metadata();
  assert.deepEqual([width, height], [72, 36]);
});

test('watchFolder', async () => {
  hasRun.add('watchFolder.ts');
  const program = join(root, 'dist', 'examples', 'watchFolder.js');
  const child = spawn(process.execPath, [program, 'library', 'inbox', 'outbox', 'library'], { cwd: folder });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (/^watching inbox\n$/.test(output)) {
      copyFileSync(join(folder, 'labels', 'a.jpg'), join(folder, 'inbox', 'b.jpg'));
    }
    if (/^b\.jpg: translated$/m.test(output)) child.kill('SIGINT');
  }
  assert.equal(output, 'watching inbox\nb.jpg: translated\n');
  assert.equal((await sharp(join(folder, 'outbox', 'b.png')).metadata()).width, 72);
});

test('customTracker', () => {
  const argv = ['--dataroot', 'data', ...TINY, '--max_steps', '3', '--name', 'tracked'];
  assert.match(example('customTracker', ...argv), /saved latest/);
  const [run] = readdirSync(join(folder, 'runs-elsewhere'));
  const elsewhere = join(folder, 'runs-elsewhere', run);
  const rows = textOf(elsewhere, 'scalars.csv').split('\n');
  assert.deepEqual(
    rows.filter((row) => row.startsWith('loss/G_L1,')).map((row) => row.split(',')[1]),
    ['1', '2', '3'],
  );
  assert.equal(textOf(elsewhere, 'state.txt'), 'finished\n');
  assert.ok(readdirSync(join(elsewhere, 'checkpoints')).includes('latest_net_G.safetensors'));
});

test('customModel', () => {
  const argv = ['--dataroot', 'data', ...TINY, '--print_freq', '1', '--max_steps', '3', '--name', 'edges'];
  const output = example('customModel', ...argv, '--lambda_edge', '0');
  const lines = output.split('\n').filter((line) => line.startsWith('(epoch:'));
  assert.equal(lines.length, 3);
  for (const line of lines) {
    assert.match(line, / G_GAN: \d\.\d+ G_L1: \d+\.\d+ G_edge: 0\.000 D_real: \d\.\d+ D_fake: \d\.\d+ $/);
  }
  assert.match(
    textOf(folder, 'checkpoints', 'edges', 'train_opt.txt'),
    /^ +lambda_edge: 0\.0 +\t\[default: 10\.0\]$/m,
  );
});

test('a custom model whose extra loss weighs nothing is pix2pix, with accumulated gradients too', () => {
  for (const accumulate of ['1', '2']) {
    const argv = ['--dataroot', 'data', ...TINY, '--print_freq', '1', '--accumulate', accumulate];
    const run = (name: string) => [...argv, '--n_epochs', '1', '--n_epochs_decay', '0', '--name', name];
    const [weightless, plain] = [`weightless_${accumulate}`, `plain_${accumulate}`];
    const custom = example('customModel', ...run(weightless), '--lambda_edge', '0');
    const program = join(root, 'bin', 'pix2pix.js');
    const { stdout } = spawnSync(process.execPath, [program, 'train', ...run(plain)], {
      cwd: folder,
      encoding: 'utf8',
    });
    const losses = (text: string) =>
      [...text.matchAll(/(G_L1|D_fake): ([\d.]+)/g)].map(([, , value]) => value);
    assert.equal(losses(stdout).length, 2 * (4 / Number(accumulate)));
    assert.deepEqual(losses(custom), losses(stdout));
    const [found, expected] = [weightless, plain].map((name) => stored(join(folder, 'checkpoints', name)));
    const { updates } = found.counters as { updates: object };
    assert.deepEqual(updates, { G: 4 / Number(accumulate), D: 4 / Number(accumulate) });
    for (const network of ['G', 'D']) assert.deepEqual(found[network], expected[network]);
  }
});

test('customDataset', () => {
  const output = example('customDataset', ...TINY, '--print_freq', '1', '--max_steps', '3');
  assert.match(output, /^training on 200 images$/m);
  assert.equal(output.match(/^\(epoch: 1, iters: [123], /gm)?.length, 3);
});

test('customRecipe', () => {
  const run = ['--dataroot', 'data', '--name', 'icons', '--num_threads', '0', '--intra_threads', '1'];
  const output = example('customRecipe', ...run, '--ngf', '2', '--ndf', '2', '--max_steps', '1');
  assert.match(output, /^\[Network D\] judges patches of 16x16 pixels$/m);
  const opt = textOf(folder, 'checkpoints', 'icons', 'train_opt.txt');
  assert.match(opt, /^ +gan_mode: hinge +\t\[default: vanilla\]$/m);
  assert.match(opt, /^ +ngf: 2 +\t\[default: (64|32)\]$/m);
  // The checkpoint knows what the recipe was; the program that goes on with it need not.
  const argv = ['train', ...run, '--continue_train', '--max_steps', '2'];
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin', 'pix2pix.js'), ...argv], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [0, '']);
});

test('differentiate', () => {
  assert.match(example('differentiate'), /^output dw = %\d+$[\s\S]*^y = 3\.000 x \+ 1\.000$/m);
});

test('loadInPython, with what trainAsLibrary has trained', { skip }, async () => {
  hasRun.add('loadInPython.py');
  await sharp({ create: { width: 32, height: 64, channels: 3, background: '#48c' } }).toFile(
    join(folder, 'in.png'),
  );
  const program = join(root, 'examples', 'loadInPython.py');
  const weights = join('library', 'library', 'latest_net_G.safetensors');
  const argv = [program, weights, 'in.png', 'python.png'];
  const { status, stderr } = spawnSync(python, argv, { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const { width, height } = await sharp(join(folder, 'python.png')).metadata();
  assert.deepEqual([width, height], [32, 64]);
});

for (const name of ['serveWithHono', 'serveWithExpress']) {
  test(`${name}: a route that translates, and refuses what is no image`, async () => {
    hasRun.add(`${name}.ts`);
    const program = join(root, 'dist', 'examples', `${name}.js`);
    const child = spawn(process.execPath, [program, 'library', '0', 'library'], { cwd: folder });
    const [line] = await once(child.stdout, 'data');
    const url = String(line).trim();
    const image = readFileSync(join(folder, 'labels', 'a.jpg'));
    const ask = (body: Uint8Array<ArrayBuffer>) =>
      fetch(url, { method: 'POST', headers: { 'Content-Type': 'image/jpeg', Connection: 'close' }, body });
    const answer = await ask(new Uint8Array(image));
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'image/png']);
    const { width, height } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata();
    assert.deepEqual([width, height], [72, 36]);
    assert.equal((await ask(new Uint8Array(9))).status, 422);
    child.kill('SIGTERM');
    await once(child, 'close');
  });
}

const hasCurl = spawnSync('curl', ['--version'], { stdio: 'ignore' }).status === 0;
const hasPython = spawnSync(python, ['--version'], { stdio: 'ignore' }).status === 0;
for (const [name, command, isThere] of [
  ['serviceClient.py', python, hasPython],
  ['serviceClient.sh', 'sh', hasCurl],
] as const) {
  hasRun.add(name);
  test(`${name} asks a service with a token`, { skip: !isThere && `no ${command} or curl` }, async () => {
    const token = 'a-token-of-some-length';
    const service = await startService({
      ...{ models: [join(folder, 'library', 'library')], port: 0, threads: 1, token },
      limits: { drainDelay: 0 },
    });
    try {
      const input = join(folder, 'labels', 'a.jpg');
      const argv = [join(root, 'examples', name), new URL(service.url).origin, 'library', input];
      const run = (env: NodeJS.ProcessEnv) =>
        promisify(execFile)(command, argv, { cwd: folder, env: { ...process.env, ...env } });
      await run({ PIX2PIX_TOKEN: token });
      const { width, height } = await sharp(join(folder, 'labels', 'a.translated.png')).metadata();
      assert.deepEqual([width, height], [72, 36]);
      await assert.rejects(run({ PIX2PIX_TOKEN: 'wrong' }), /a token is required/);
    } finally {
      await service.drain();
    }
  });
}

test('every example runs here and is short', () => {
  if (skip) hasRun.add('loadInPython.py'); // its own test says why it does not
  // those for browsers run in the test of the playground
  const files = readdirSync(join(root, 'examples')).filter((name) => name !== 'browser');
  assert.deepEqual([...hasRun].sort(), files.sort());
  for (const file of files) assert(textOf(root, 'examples', file).split('\n').length <= 60, file);
});
