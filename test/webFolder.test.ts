import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { quotedHere } from '../src/base/commandLine.js';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import type { ModelIndex } from '../src/inference/portable/modelIndex.js';
import { root, temporaryFolder } from './tinyRun.js';
import { makeRun } from './trainedRun.js';

// Where `pix2pix export --format web` puts its site, and what a full disk leaves of it.

const folder = temporaryFolder();
const small = ['--netG', 'unet_32', '--ngf', '2'];

before(async () => {
  for (const [name, seed] of Object.entries({ first: '1', second: '2' }))
    await (await makeRun(folder, name, [...small, '--seed', seed])).dispose();
});

const exported = (name: string, out: string) =>
  exportGenerator(name, { checkpointsDir: folder, format: 'web', out });

/** Every file below a folder with its contents; of large ones their sizes. */
function contents(site: string): Record<string, string> {
  const names = readdirSync(site, { recursive: true }).map(String);
  const files = names.filter((name) => statSync(join(site, name)).isFile()).sort();
  return Object.fromEntries(
    files.map((name) => {
      const { size } = statSync(join(site, name));
      return [name, size > 1e6 ? `${size} bytes` : readFileSync(join(site, name)).toString('base64')];
    }),
  );
}

/** Exports where no file may have more than 500 kB, as on a disk that fills up: the model fits, the runtime does not. */
function exportOnFullDisk(name: string, site: string) {
  const argv = ['export', '--model', name, '--checkpoints_dir', folder, '--format', 'web', '--out', site];
  const command = `ulimit -f 500; exec "$0" "$@"`;
  const program = [process.execPath, join(root, 'bin', 'pix2pix.js'), ...argv];
  return spawnSync('bash', ['-c', command, ...program], { encoding: 'utf8' });
}

const skip = process.platform === 'win32' && 'no limit of file sizes';

test('a full disk leaves no site where there was none', { skip }, () => {
  const site = join(folder, 'deep', 'fresh');
  const { status, stderr } = exportOnFullDisk('first', site);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^error: the web folder cannot be written: the file is too large[\s\S]*EFBIG[\s\S]*fix/m,
  );
  assert.deepEqual(readdirSync(dirname(site)), []);
});

test('a full disk leaves the site of an earlier export as it was, file by file', { skip }, async () => {
  const site = join(folder, 'site');
  await exported('first', site);
  const whole = contents(site);
  assert.equal(exportOnFullDisk('second', site).status, 1);
  assert.deepEqual(contents(site), whole);
});

test('another export replaces the model, and leaves what else is in the folder', async () => {
  const site = join(folder, 'again');
  mkdirSync(site);
  writeFileSync(join(site, 'CNAME'), 'example.org');
  await exported('first', site);
  const before = contents(site);
  await exported('second', site);
  const after = contents(site);
  assert.equal(Buffer.from(after.CNAME, 'base64').toString(), 'example.org');
  const index: ModelIndex = JSON.parse(readFileSync(join(site, 'model', 'model.json'), 'utf8'));
  const pieces = Object.keys(after).filter((name) => name.endsWith('.bin'));
  assert.deepEqual(pieces.sort(), index.chunks.map(({ name }) => join('model', name)).sort());
  assert.notDeepEqual(
    pieces,
    Object.keys(before).filter((name) => name.endsWith('.bin')),
  );
  assert.deepEqual(
    Object.keys(after).filter((name) => !name.startsWith('model')),
    Object.keys(before).filter((name) => !name.startsWith('model')),
  );
});

test('the command says how to see the page', () => {
  const site = join(folder, 'to see');
  const argv = ['export', '--model', 'first', '--checkpoints_dir', folder, '--format', 'web', '--out', site];
  const program = join(root, 'bin', 'pix2pix.js');
  const { stdout } = spawnSync(process.execPath, [program, ...argv], { encoding: 'utf8' });
  assert.ok(stdout.includes(`npx http-server ${quotedHere(site)}, or python3 -m http.server`), stdout);
});
