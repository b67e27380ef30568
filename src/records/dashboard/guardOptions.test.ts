import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startDashboard } from './dashboardServer.js';

const runs = mkdtempSync(join(tmpdir(), 'dashboard-options-'));
after(() => rmSync(runs, { recursive: true }));

test('what is to keep others out is not empty, nor short enough to be guessed', async () => {
  for (const [settings, message] of [
    [
      { token: '' },
      /^--token is empty, which would let everybody in\n[\s\S]*fix +leave it out, and one is made/,
    ],
    [{ token: 'short', host: '127.0.0.1' }, /^--token is too short to keep anybody out\n +characters +5\n/],
    [{ token: 'x'.repeat(15) }, /at least +16/],
    [{ host: '' }, /^--host is empty, which would listen to everybody/],
    [{ host: '  ' }, /^--host is empty/],
  ] as const) {
    const started = startDashboard({ logDirectory: runs, port: 0, host: '0.0.0.0', ...settings });
    await assert.rejects(started, (error: Error) => message.test(error.message));
  }
  const open = await startDashboard({ logDirectory: runs, port: 0, host: '0.0.0.0', token: 'x'.repeat(16) });
  try {
    assert.equal((await fetch(`http://127.0.0.1:${new URL(open.url).port}/api/runs`)).status, 401);
  } finally {
    await open.close();
  }
});
