import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findInstallCommand } from './installCommand.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'pix2pix-clients-')));
after(() => rmSync(base, { recursive: true }));

/** A project that a client has installed something in. */
function project(name: string, lock: string): string {
  const folder = join(base, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, lock), '');
  return folder;
}

const commandOf = (root: string, folder: string, isPlugAndPlay = false) =>
  findInstallCommand('a@1.2.3', { root, folder, isPlugAndPlay });
const modules = (...path: string[]) => join(...path, 'node_modules', 'pix2pix-ts');

test('in a project by the client whose lock file is there, from elsewhere too', () => {
  for (const [lock, command] of [
    ['package-lock.json', 'npm install a@1.2.3'],
    ['pnpm-lock.yaml', 'pnpm add a@1.2.3'],
    ['yarn.lock', 'yarn add a@1.2.3'],
    ['bun.lock', 'bun add a@1.2.3'],
  ]) {
    const folder = project(`of ${lock}`, lock);
    assert.equal(commandOf(modules(folder), folder), command);
    assert.equal(commandOf(modules(folder), join(folder, 'data')), command);
    assert.equal(commandOf(modules(folder), base), `cd '${folder}' && ${command}`);
  }
});

test('what pnpm links to is in the same project', () => {
  const folder = project('linked', 'pnpm-lock.yaml');
  const root = modules(folder, 'node_modules', '.pnpm', 'pix2pix-ts@0.1.0');
  assert.equal(commandOf(root, folder), 'pnpm add a@1.2.3');
});

test('for all, beside the program itself', () => {
  assert.equal(commandOf(modules(base, 'usr', 'lib'), base), 'npm install --global pix2pix-ts a@1.2.3');
  const pnpm = project('share/pnpm/global/5', 'pnpm-lock.yaml');
  assert.equal(commandOf(modules(pnpm), base), 'pnpm add --global pix2pix-ts a@1.2.3');
  const bun = project('.bun/install/global', 'bun.lock');
  assert.equal(commandOf(modules(bun), base), 'bun add --global pix2pix-ts a@1.2.3');
});

test('for a moment, in the clone, and with Plug and Play', () => {
  const npx = modules(project('_npx/0123', 'package-lock.json'));
  assert.equal(commandOf(npx, base), 'npx --package pix2pix-ts --package a@1.2.3 pix2pix-ts');
  const clone = project('clone', 'package-lock.json');
  assert.equal(commandOf(clone, clone), 'npm install --no-save a@1.2.3');
  assert.equal(commandOf(modules(base, 'cache.zip'), base, true), 'yarn add a@1.2.3');
});
