/** Numbers that a request, or the command line, may hold. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeSyntheticRuns } from '../../../test/dashboard/syntheticRuns.js';
import { type DashboardServer, startDashboard } from './dashboardServer.js';

const runs = mkdtempSync(join(tmpdir(), 'dashboard-numbers-'));
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

async function ask(path: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(new URL(path, server.url));
  return { status: answer.status, text: await answer.text() };
}

test('no number in a request is a defect', async () => {
  const requests = [
    '/api/log?run=facades_finished&bytes=',
    '/api/series?run=facades_finished&tag=lr&points=',
    '/api/series?run=facades_finished&tag=lr&from=',
    '/api/series?run=facades_finished&tag=lr&to=',
    '/api/image?run=facades_finished&tag=visuals/fake_B&step=',
  ];
  for (const request of requests) {
    for (const value of [
      '-1',
      '0',
      '0.5',
      '1e300',
      '-1e300',
      'Infinity',
      'NaN',
      '0x10',
      '9007199254740993',
      'x',
    ]) {
      const { status, text } = await ask(request + encodeURIComponent(value));
      assert.ok([200, 400, 404].includes(status), `${request}${value}: ${status} ${text}`);
    }
  }
  const { status, text } = await ask('/api/log?run=facades_finished&bytes=-1');
  assert.deepEqual([status, JSON.parse(text)], [400, { error: 'bytes is to be a whole number, at least 0' }]);
});

test('a port that is none is refused', async () => {
  for (const port of [-1, 65_536, 99_999, 0.5, Number.NaN]) {
    await assert.rejects(startDashboard({ logDirectory: runs, port }), /^Pix2PixError: there is no port/);
  }
});
