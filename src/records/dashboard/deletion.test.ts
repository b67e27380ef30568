import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { acquireRunLock } from '../../checkpoints/runLock.js';
import { EventFileWriter } from '../writing/eventFileWriter.js';
import type { Refusal, RunList } from './api.js';
import { startDashboard } from './dashboardServer.js';

const runs = mkdtempSync(join(tmpdir(), 'deletion-'));
after(() => rmSync(runs, { recursive: true }));

/** A run as far as its folder goes. */
function makeRun(id: string): string {
  const folder = join(runs, id);
  mkdirSync(folder, { recursive: true });
  new EventFileWriter(folder).close();
  return folder;
}

test('a run below another is shown, and while it is being trained neither of them is deleted', async (t) => {
  const [above, below] = [makeRun('above'), makeRun('above/below')];
  const server = await startDashboard({ logDirectory: runs, port: 0 });
  t.after(() => server.close());
  await server.index.update();
  const token = /<meta name="token" content="(\w+)"/.exec(await (await fetch(server.url)).text())?.[1] ?? '';
  const remove = async (run: string) => {
    const url = new URL(`api/delete?run=${run}`, server.url);
    const headers = { 'x-pix2pix-token': token };
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ confirm: run }) });
    return { status: answer.status, ...((await answer.json()) as Partial<Refusal>) };
  };
  const list = (await (await fetch(new URL('api/runs', server.url))).json()) as RunList;
  assert.deepEqual(
    list.runs.map(({ id }) => id),
    ['above', 'above/below'],
  );

  const lock = acquireRunLock(below);
  for (const run of ['above', 'above/below']) {
    const { status, error } = await remove(run);
    assert.equal(status, 409);
    assert.match(error!, /below is being trained$/);
  }
  assert.ok(existsSync(lock.path));
  lock.release();
  assert.equal((await remove('above')).status, 409);
  assert.equal((await remove('above/below')).status, 200);
  assert.equal((await remove('above')).status, 200);
  assert.equal(existsSync(above), false);
});
