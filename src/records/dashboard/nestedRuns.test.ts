/** Runs that lie below other runs (`--name a/b`). */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeSyntheticRuns } from '../../../test/dashboard/syntheticRuns.js';
import { acquireRunLock } from '../../checkpoints/runLock.js';
import type { RunList } from './api.js';
import { type DashboardServer, startDashboard } from './dashboardServer.js';

const runs = mkdtempSync(join(tmpdir(), 'dashboard-nested-'));
let server: DashboardServer;

before(async () => {
  await makeSyntheticRuns(runs, { points: 10, images: 1 });
  server = await startDashboard({ logDirectory: runs, port: 0 });
  await server.index.update();
});

after(async () => {
  await server.close();
  rmSync(runs, { recursive: true });
});

async function remove(run: string): Promise<{ status: number; text: string }> {
  const page = await (await fetch(server.url)).text();
  const token = /<meta name="token" content="(\w+)"/.exec(page)![1];
  const answer = await fetch(new URL(`/api/delete?run=${run}`, server.url), {
    method: 'POST',
    headers: { 'x-pix2pix-token': token },
    body: JSON.stringify({ confirm: run }),
  });
  return { status: answer.status, text: await answer.text() };
}

test('a run below another is shown, and while it is being trained neither of them is deleted', async () => {
  const below = join(runs, 'facades_stopped', 'below');
  mkdirSync(below);
  copyFileSync(join(runs, 'facades_finished', 'run.json'), join(below, 'run.json'));
  const lock = acquireRunLock(below);
  await server.index.update();
  const answer = await fetch(new URL('/api/runs', server.url));
  const { runs: listed } = (await answer.json()) as RunList;
  assert.ok(listed.some(({ id }) => id === 'facades_stopped/below'));
  for (const run of ['facades_stopped', 'facades_stopped/below']) {
    const { status, text } = await remove(run);
    assert.equal(status, 409, text);
    assert.match(JSON.parse(text).error, /below is being trained$/);
  }
  assert.ok(existsSync(lock.path));
  lock.release();
  assert.equal((await remove('facades_stopped')).status, 409);
  assert.equal((await remove('facades_stopped/below')).status, 200);
  assert.equal((await remove('facades_stopped')).status, 200);
  assert.equal(existsSync(join(runs, 'facades_stopped')), false);
});
