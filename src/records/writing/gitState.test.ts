import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gitState } from './gitState.js';

const options = spawnSync('git', ['--version']).status === 0 ? {} : { skip: 'no git' };
const root = mkdtempSync(join(tmpdir(), 'git-state-'));
after(() => rmSync(root, { recursive: true }));

function git(...argv: string[]): string {
  const who = ['-c', 'user.name=nobody', '-c', 'user.email=nobody@example.org'];
  return execFileSync('git', [...who, ...argv], { cwd: root, encoding: 'utf8' }).trim();
}

test('commit, branch and changes are those that git reports', options, async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'no-git-'));
  after(() => rmSync(elsewhere, { recursive: true }));
  assert.equal(await gitState(elsewhere), undefined);
  git('init', '--quiet', '--initial-branch', 'work');
  assert.equal(await gitState(root), undefined); // no commit yet
  writeFileSync(join(root, 'file'), '1');
  git('add', 'file');
  git('commit', '--quiet', '--message', 'one');
  const commit = git('rev-parse', 'HEAD');
  assert.deepEqual(await gitState(root), { commit, branch: 'work', isDirty: false });
  writeFileSync(join(root, 'untracked'), ''); // untracked data and results are usual in a repository
  assert.equal((await gitState(root))?.isDirty, false);
  mkdirSync(join(root, 'sub'));
  writeFileSync(join(root, 'file'), '2');
  assert.deepEqual(await gitState(join(root, 'sub')), { commit, branch: 'work', isDirty: true });
  git('checkout', '--quiet', '--detach');
  assert.deepEqual(await gitState(root), { commit, branch: undefined, isDirty: true });
});

test('a search that is aborted gives nothing', async () => {
  assert.equal(await gitState(root, AbortSignal.abort()), undefined);
});
