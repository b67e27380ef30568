import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import sharp from 'sharp';
import { datasetCommand } from './dataset.js';
import { JobProgress } from './jobProgress.js';

/** Commander told to throw and to keep its words, in every subcommand. */
function quiet(command: Command, words: string[]): Command {
  command
    .exitOverride()
    .configureOutput({ writeErr: (text) => words.push(text), writeOut: (text) => words.push(text) });
  for (const sub of command.commands) quiet(sub, words);
  return command;
}

async function run(...argv: string[]): Promise<string> {
  const words: string[] = [];
  await quiet(
    datasetCommand(() => {}),
    words,
  )
    .parseAsync(argv, { from: 'user' })
    .catch((error) => words.push(error.message));
  return words.join('');
}

test('synth writes the set and prints the command to train on it', async (context) => {
  const root = await mkdtemp(join(tmpdir(), 'cli-'));
  context.after(() => rm(root, { recursive: true }));
  const lines: string[] = [];
  const write = context.mock.method(process.stdout, 'write', (text: string) => lines.push(text));
  await run('synth', '--out', join(root, 'my set'), '--count', '3', '--size', '64');
  await run('synth', '--out', join(root, 'my set'), '--count', '3', '--size', '64');
  write.mock.restore();
  assert.match(lines.join(''), /^wrote 3 pairs of 64×64[\s\S]*1 train, 1 val, 1 test[\s\S]*nothing to do/);
  assert.match(
    lines.join(''),
    /train --dataroot '.*my set' --name my_set_pix2pix --direction BtoA --netG unet_64/,
  );
  assert.deepEqual(await readdir(join(root, 'my set', 'val')), ['0002.png']);
});

test('broken images of many are told at the end, ten in full, and the exit code is 1', async (context) => {
  const root = await mkdtemp(join(tmpdir(), 'cli-'));
  context.after(() => rm(root, { recursive: true }));
  for (let i = 10; i < 22; i++) await writeFile(join(root, `${i}.png`), 'no image');
  await sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } }).toFile(
    join(root, '9.png'),
  );
  const told: string[] = [];
  const write = context.mock.method(process.stderr, 'write', (text: string) => told.push(text));
  for (const [...words] of [
    ['crop', '--size', '8'],
    ['process', '--gray'],
  ]) {
    const code = { is: 0 };
    const command = quiet(
      datasetCommand((given) => Object.assign(code, { is: given })),
      [],
    );
    await command.parseAsync([...words, root, `${root}-${words[0]}`], { from: 'user' });
    context.after(() => rm(`${root}-${words[0]}`, { recursive: true }));
    const text = told.splice(0).join('');
    assert.match(text, /^error: 12 of 13 images were not (cut|processed)\n/);
    assert.equal(text.match(/^ {4}file /gm)?.length, 10);
    assert.match(text, /19\.png\n[^\n]*\n[^\n]*\n {2}and 2 more\n$/);
    assert.equal(code.is, 1);
    assert.equal((await readdir(`${root}-${words[0]}`)).length, 1);
  }
  write.mock.restore();
});

test('bad values and names are refused with the valid ones; help shows examples', async () => {
  assert.match(await run('synth', '--out', 'x', '--count', 'many'), /--count[\s\S]*whole number/);
  assert.match(await run('synth', '--out', 'x', '--count', '-1'), /count is out of range/);
  assert.match(await run('synth'), /--out/);
  assert.match(await run('download', 'facade'), /Allowed choices are facades, maps, cityscapes/);
  assert.match(await run('download', 'maps', '--sha256', 'abc'), /64 hexadecimal/);
  assert.match(await run('synth', '--help'), /Examples\n +\S.* dataset synth --out/);
  assert.match(await run('download', '--help'), /edges2shoes +50,000 shoes/);
});

test('progress is silent for a second, then tells amount, rate and time left', () => {
  let now = 0;
  const words: string[] = [];
  const progress = new JobProgress(
    { write: (text: string | Uint8Array) => words.push(String(text)) > 0 },
    () => now,
  );
  const at = (time: number, done: number) => {
    now = time;
    progress.report({ stage: 'downloading', unit: 'bytes', done, total: 200e6 });
  };
  at(0, 100e6);
  at(900, 101e6);
  assert.deepEqual(words, []);
  at(1000, 110e6);
  at(2000, 120e6);
  assert.deepEqual(words, ['downloading 110.0 of 200.0 MB (55 %), 10.0 MB/s, 9 s left\n']);
});

test('a line of progress is cut to the terminal, where one that wraps could not be rewritten', () => {
  let now = 0;
  const words: string[] = [];
  const write = (text: string | Uint8Array) => words.push(String(text)) > 0;
  const progress = new JobProgress({ write, isTTY: true, columns: 30 }, () => now);
  progress.report({ stage: 'downloading', unit: 'bytes', done: 0, total: 200e6 });
  now = 2000;
  progress.report({ stage: 'downloading', unit: 'bytes', done: 20e6, total: 200e6 });
  assert.deepEqual(words, ['\r\u001b[2Kdownloading 20.0 of 200.0 MB…']);
});
