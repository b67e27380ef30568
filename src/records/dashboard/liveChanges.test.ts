import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EventFileWriter } from '../writing/eventFileWriter.js';
import type { RunsChanged } from './api.js';
import { startDashboard } from './dashboardServer.js';

const root = mkdtempSync(join(tmpdir(), 'live-'));
after(() => rmSync(root, { recursive: true }));

/** The messages that a visitor receives, one by one. */
async function* changes(url: string, signal: AbortSignal): AsyncGenerator<RunsChanged> {
  const answer = await fetch(`${url}api/events`, { signal });
  let text = '';
  for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/m.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (event === 'changed') yield JSON.parse(data) as RunsChanged;
    }
  }
}

test('many pages may be open at the same time', async () => {
  const warnings: string[] = [];
  const note = (warning: Error) => warnings.push(warning.message);
  process.on('warning', note);
  const server = await startDashboard({ logDirectory: root, port: 0 });
  const leave = new AbortController();
  try {
    const pages = Array.from({ length: 25 }, () =>
      fetch(`${server.url}api/events`, { signal: leave.signal }),
    );
    for (const page of await Promise.all(pages)) await page.body!.getReader().read();
    await new Promise(setImmediate); // a warning is told in a turn of its own
  } finally {
    leave.abort();
    await server.close();
    process.off('warning', note);
  }
  assert.deepEqual(warnings, []);
});

test('a visitor is told of a new run, of its new points, and that it is gone', async () => {
  const server = await startDashboard({ logDirectory: root, port: 0 });
  const leave = new AbortController();
  try {
    const told = changes(server.url, leave.signal);
    const until = async (done: (change: RunsChanged) => boolean) => {
      for (;;) {
        const { value } = await told.next();
        assert.ok(value !== undefined);
        if (done(value)) return;
      }
    };
    const first = until(({ runs }) => runs.some(({ id, last }) => id === 'new' && last.x === 1));
    mkdirSync(join(root, 'new'));
    const writer = new EventFileWriter(join(root, 'new'), { flushMilliseconds: 0 });
    const write = (step: number) => {
      const value = [{ tag: 'x', value: { case: 'simpleValue' as const, value: step } }];
      writer.add({ step: BigInt(step), what: { case: 'summary', value: { value } } });
    };
    write(1);
    await first;
    write(2);
    await until(({ runs }) => runs.some(({ last }) => last.x === 2));
    writer.close();
    rmSync(join(root, 'new'), { recursive: true });
    await until(({ gone }) => gone.includes('new'));
  } finally {
    leave.abort();
    await server.close();
  }
});
