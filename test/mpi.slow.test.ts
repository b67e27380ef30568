/** Trainings by several ranks under real launchers: numbers, endings, refusals. `ranks.test.ts` has more of the numbers. */
import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CheckpointStore } from '../src/checkpoints/store.js';
import { launchers, mpirun } from './mpi.js';
import { assertSameTraining } from './sameTraining.js';
import { makeDataset, pix2pix, stored, TINY, temporaryFolder } from './tinyRun.js';
import { makeRun } from './trainedRun.js';

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 10, val: 3 });
const train = (name: string, ...more: string[]) => [
  ...[
    'train',
    '--dataroot',
    'data',
    '--name',
    name,
    ...TINY,
    '--layer_forms',
    'rule',
    '--no_html',
    '--rank_timeout',
    '60',
    ...more,
  ],
];
const runFolder = (name: string) => join(folder, 'checkpoints', name);
/** A module by which some ranks run in another folder, as on another machine. */
const inFolder = (variable: string, ranks: string, folder: string) => `
  import { isMainThread } from 'node:worker_threads';
  if (isMainThread && '${ranks}'.includes(process.env.${variable})) process.chdir(${JSON.stringify(folder)});`;
const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;

for (const [index, mpi] of launchers.entries()) {
  const { name: family, skip } = mpi;
  const run = { folder };
  const id = `mpi${index}`;

  test(`${family}: two ranks equal one process with twice the batch, and tell as one`, { skip }, async () => {
    const flags = ['--sync_norm', '--max_steps', '5', '--print_freq', '2'];
    const one = pix2pix(folder, train(`${id}-one`, ...flags, '--batch_size', '2'));
    const { code, output } = await mpirun(mpi, 2, train(`${id}-two`, ...flags), run);
    assert.equal(code, 0, output);
    const linesOf = (text: string) =>
      [...text.matchAll(/\(epoch: \d+, iters: \d+|G_L1: \d+\.\d|val L1 \S+/g)].flat();
    assert.deepEqual(linesOf(output), linesOf(one.stdout));
    assertSameTraining(stored(runFolder(`${id}-two`)), stored(runFolder(`${id}-one`)));
  });

  test(`${family}: four ranks go on with a checkpoint of two, without seeing its folder`, {
    skip,
  }, async () => {
    const first = await mpirun(mpi, 2, train(`${id}-moved`, '--batch_size', '2', '--max_steps', '1'), run);
    assert.equal(first.code, 0, first.output);
    const hidden = join(folder, `${id}-hidden`); // the other ranks look for checkpoints where there are none
    mkdirSync(hidden, { recursive: true });
    const argv = ['--name', `${id}-moved`, '--continue_train', '--max_steps', '2', '--intra_threads', '1'];

    const hook = join(folder, `${id}-hide.mjs`);
    writeFileSync(hook, inFolder(mpi.rank, '123', hidden));
    cpSync(join(folder, 'data'), join(hidden, 'data'), { recursive: true });
    const env = { NODE_OPTIONS: `--import=${hook}` };
    const { code, output } = await mpirun(mpi, 4, ['train', ...argv], { folder, env });
    assert.equal(code, 0, output);
    assert.ok(!existsSync(join(hidden, 'checkpoints')), 'other ranks write nothing');
    const { counters } = stored(runFolder(`${id}-moved`)) as { counters: { totalIters: number } };
    assert.equal(counters.totalIters, 4 + 4); // of the batch of eight, half had been used
  });

  test(`${family}: ranks with other options are refused, with the rank and the option`, {
    skip,
  }, async () => {
    const argv = train(`${id}-other`, '--max_steps', '1');
    const { code, output } = await mpirun(
      mpi,
      [
        ['--lr', '0.001'],
        ['--lr', '0.002'],
      ],
      argv,
      run,
    );
    assert.notEqual(code, 0);
    assert.match(output, /not started alike\n {2}rank 0 +--lr 0.001\n {2}rank 1 +--lr 0.002\n {2}fix/);
    assert.equal(count(output, /error:/g), 1, output);
  });

  test(`${family}: ranks of different versions are refused, with both`, { skip }, async () => {
    const hook = join(folder, `${id}-version.mjs`);
    writeFileSync(
      hook,
      `import module from 'node:module';
       const load = module._extensions['.json'];
       module._extensions['.json'] = (loaded, path) => {
         load(loaded, path);
         if (loaded.exports.name === 'pix2pix-ts' && process.env.${mpi.rank} === '1') loaded.exports.version = '0.0.7';
       };`,
    );
    const env = { NODE_OPTIONS: `--import=${hook}` };
    const { code, output } = await mpirun(mpi, 2, train(`${id}-version`), { folder, env });
    assert.notEqual(code, 0);
    assert.match(
      output,
      /not started alike\n {2}rank 0 +pix2pix-ts \S+\n {2}rank 1 +pix2pix-ts 0.0.7\n {2}fix/,
    );
    assert.equal(count(output, /error:/g), 1, output);
  });

  test(`${family}: ranks that find other images are refused`, { skip }, async () => {
    const elsewhere = join(folder, `${id}-elsewhere`);
    await makeDataset(join(elsewhere, 'data'), { train: 11 });
    const hook = join(folder, `${id}-move.mjs`);
    writeFileSync(hook, inFolder(mpi.rank, '1', elsewhere));
    const env = { NODE_OPTIONS: `--import=${hook}` };
    const { code, output } = await mpirun(mpi, 2, train(`${id}-data`), { folder, env });
    assert.notEqual(code, 0);
    assert.match(output, /do not find the same images\n {2}rank 0 .*10 files.*\n {2}rank 1 .*11 files/);
    assert.equal(count(output, /error:/g), 1, output);
  });

  test(`${family}: what fails on one rank ends all, with one message that names it`, { skip }, async () => {
    const empty = join(folder, `${id}-empty`);
    mkdirSync(empty, { recursive: true });
    const hook = join(folder, `${id}-empty.mjs`);
    writeFileSync(hook, inFolder(mpi.rank, '1', empty));
    const env = { NODE_OPTIONS: `--import=${hook}` };
    const { code, output } = await mpirun(mpi, 2, train(`${id}-fails`), { folder, env });
    assert.notEqual(code, 0);
    assert.match(output, /error: the dataroot is no folder[\s\S]*rank +1 of 2/);
    assert.equal(count(output, /error:/g), 1, output);
  });

  test(`${family}: rank 1 cannot write a run's folder: it has none to write, and trains`, {
    skip,
  }, async () => {
    const elsewhere = join(folder, `${id}-unwritable`);
    cpSync(join(folder, 'data'), join(elsewhere, 'data'), { recursive: true });
    writeFileSync(join(elsewhere, 'checkpoints'), 'no folder');
    const hook = join(folder, `${id}-unwritable.mjs`);
    writeFileSync(hook, inFolder(mpi.rank, '1', elsewhere));
    const env = { NODE_OPTIONS: `--import=${hook}` };
    const argv = train(`${id}-unwritable`, '--max_steps', '2');
    const { code, output } = await mpirun(mpi, 2, argv, { folder, env });
    assert.equal(code, 0, output);
    assert.ok(existsSync(join(runFolder(`${id}-unwritable`), 'latest.json')));
    const other = await mpirun(mpi, 2, train(`${id}-first`, '--checkpoints_dir', 'data/train/0.png'), run);
    assert.notEqual(other.code, 0); // of the first rank it cannot be missing
    assert.equal(count(other.output, /error:/g), 1, other.output);
  });

  test(`${family}: the cache of rank 1 cannot be written: it trains`, { skip }, async () => {
    const file = join(folder, `${id}-file`);
    writeFileSync(file, 'no folder');
    const hook = join(folder, `${id}-cache.mjs`);
    writeFileSync(
      hook,
      `if (process.env.${mpi.rank} === '1') process.env.PIX2PIX_CACHE = ${JSON.stringify(file)};`,
    );
    const env = { NODE_OPTIONS: `--import=${hook}`, PIX2PIX_CACHE: join(folder, `${id}-cache`) };
    const argv = train(`${id}-cache`, '--max_steps', '2', '--layer_forms', 'measured');
    const { code, output } = await mpirun(mpi, 2, argv, { folder, env });
    assert.equal(code, 0, output);
    assert.equal(readFileSync(file, 'utf8'), 'no folder');
  });

  test(`${family}: a save that fails on the first rank ends all, with one message`, { skip }, async () => {
    const name = `${id}-blocked`;
    const hook = join(folder, `${name}.mjs`);
    writeFileSync(
      hook,
      `import fs from 'node:fs';
       import { syncBuiltinESMExports } from 'node:module';
       const { openSync } = fs;
       fs.openSync = (path, ...rest) => {
         if (String(path).includes('latest') && rest[0] !== 'r')
           throw Object.assign(new Error('full'), { code: 'ENOSPC', path });
         return openSync(path, ...rest);
       };
       syncBuiltinESMExports();`,
    );
    const env = { NODE_OPTIONS: `--import=${hook}` };
    const { code, output } = await mpirun(mpi, 2, train(name, '--max_steps', '2'), { folder, env });
    assert.notEqual(code, 0);
    assert.equal(count(output, /error:/g), 1, output);
    assert.deepEqual(new CheckpointStore(runFolder(name)).list(), []);
  });

  test(`${family}: translate shares the files out, each once, and goes on where it stopped`, {
    skip,
  }, async () => {
    await makeRun(join(folder, 'checkpoints'), `${id}-run`, TINY);
    const [input, output] = [join('data', 'train'), `${id}-out`];
    const argv = ['translate', '--model', `${id}-run`, input, `${output}/`];
    const first = await mpirun(mpi, 3, argv, run);
    assert.equal(first.code, 0, first.output);
    const parts = [...first.output.matchAll(/part (\d) of 3: translated (\d) of/g)].map(([, part, n]) => [
      part,
      n,
    ]);
    assert.deepEqual(parts.sort(), [
      ['1', '4'],
      ['2', '3'],
      ['3', '3'],
    ]);
    const written = readdirSync(join(folder, output));
    assert.equal(written.length, 10);
    const before = written.map((name) => statSync(join(folder, output, name)).mtimeMs);
    rmSync(join(folder, output, written[4]));
    const again = await mpirun(mpi, 3, [...argv, '--skip_existing'], run);
    assert.equal(again.code, 0, again.output);
    const after = written.map((name) => statSync(join(folder, output, name)).mtimeMs);
    assert.deepEqual(after.filter((time, i) => time !== before[i]).length, 1);
    const test = await mpirun(mpi, 2, ['test', '--name', `${id}-run`], run);
    assert.notEqual(test.code, 0);
    assert.match(test.output, /a test is one process/);
  });

  test(`${family}: a library that is not the launcher's would make singletons: refused`, {
    skip,
  }, async () => {
    const other = launchers.find(({ name, skip }) => name !== family && skip === false);
    if (other === undefined) return;
    const file = other.name === 'MPICH' ? 'libmpich.so.12' : 'libmpi.so.40';
    const env = { PIX2PIX_MPI: file };
    const { code, output } = await mpirun(mpi, 2, train(`${id}-single`), { folder, env });
    assert.notEqual(code, 0);
    assert.match(output, /should be rank 0 of 2, and MPI takes it for rank 0 of 1/);
    assert.equal(count(output, /error:/g), 1, output);
    assert.ok(!existsSync(join(runFolder(`${id}-single`), 'latest.json')));
  });

  test(`${family}: without an MPI library, and without koffi, the message says what to install`, {
    skip,
  }, async () => {
    const env = { PIX2PIX_MPI: 'libnone.so' };
    const { code, output } = await mpirun(mpi, 2, train(`${id}-none`), { folder, env });
    assert.notEqual(code, 0);
    assert.match(output, new RegExp(`no library of ${family} is found[\\s\\S]*fix +install ${family}`));
    const hook = join(folder, `${id}-koffi.mjs`);
    const missing = `export function resolve(name, context, next) {
      if (name !== 'koffi') return next(name, context);
      throw Object.assign(new Error('Cannot find package koffi'), { code: 'ERR_MODULE_NOT_FOUND' });
    }`;
    const source = `data:text/javascript,${encodeURIComponent(missing)}`;
    writeFileSync(hook, `import { register } from 'node:module';\nregister(${JSON.stringify(source)});`);
    const without = await mpirun(mpi, 2, train(`${id}-koffi`), {
      folder,
      env: { NODE_OPTIONS: `--import=${hook}` },
    });
    assert.notEqual(without.code, 0);
    assert.match(
      without.output,
      /the package koffi, by which Node calls MPI, is not installed[\s\S]*npm i koffi/,
    );
  });
}
