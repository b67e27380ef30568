import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { mock, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { ComputeThread } from '../../src/inference/serve/computeThread.js';
import { program, temporaryFolder } from '../tinyRun.js';
import { until } from '../until.js';
import { rawConnection } from './rawConnection.js';
import { makeModels, picture, startTestService, translate } from './servedModels.js';

// Clients that wish it ill, or end in the middle, and a service that is told to end: the program itself, as a process.

const folder = temporaryFolder();
await makeModels(folder, 'only');
const image = await picture(3);

/** `pix2pix serve`, until it is told to end. */
async function withProgram(
  argv: readonly string[],
  use: (url: string, child: ReturnType<typeof spawn>) => Promise<void>,
): Promise<{ readonly code: number | null; readonly errors: string; readonly log: string }> {
  const all = ['serve', '--checkpoints_dir', folder, '--port', '0', '--intra_threads', '1', ...argv];
  const child = spawn(process.execPath, [program, ...all], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [errors, log] = ['', ''];
  child.stderr.on('data', (chunk) => (errors += chunk));
  child.stdout.on('data', (chunk) => (log += chunk));
  const ended = once(child, 'close');
  try {
    await until(() => /http:\S+/.test(errors) || child.exitCode !== null);
    const url = new URL(/http:\S+/.exec(errors)![0]).origin;
    await until(async () => (await translate(url, image)).status === 200); // the model is loaded
    await use(url, child);
    if (!child.killed) assert.equal((await translate(url, image)).status, 200, 'it goes on');
  } finally {
    if (!child.killed) child.kill('SIGTERM'); // a second signal would end it at once
    await ended;
  }
  return { code: child.exitCode, errors, log };
}

const HEAD = 'POST /v1/translate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/png\r\n';

test('1,000 open connections keep nobody else out', async () => {
  const { code } = await withProgram(['--timeout', '5'], async (url) => {
    const idle = Array.from({ length: 1000 }, () => rawConnection(url, ''));
    await Promise.all(idle.map(({ socket }) => once(socket, 'connect')));
    assert.equal((await translate(url, image)).status, 200);
    await Promise.all(idle.map(({ answer }) => answer)); // all of them are closed for being late
  });
  assert.equal(code, 0);
});

test('slow headers and slow bodies are cut off, others are answered meanwhile', async () => {
  const { code } = await withProgram(['--timeout', '3', '--queue', '2'], async (url) => {
    const slow = [
      ...Array.from({ length: 20 }, () => rawConnection(url, HEAD)),
      ...Array.from({ length: 20 }, () => rawConnection(url, `${HEAD}Content-Length: 5000\r\n\r\nabc`)),
    ];
    const drip = setInterval(() => {
      for (const { socket } of slow) if (socket.writable && socket.bytesRead === 0) socket.write('x');
    }, 200);
    for (let i = 0; i < 5; i++) assert.equal((await translate(url, image)).status, 200, `${i}`);
    for (const { answer } of slow) assert.match(await answer, /^HTTP\/1\.1 408 /);
    clearInterval(drip);
  });
  assert.equal(code, 0);
});

test('clients that stop in the middle of long bodies keep nobody out', async () => {
  const large = await sharp(randomBytes(30_000), { raw: { width: 100, height: 100, channels: 3 } })
    .png()
    .toBuffer();
  const { code } = await withProgram(['--max_bytes', '200KB', '--timeout', '600'], async (url) => {
    const begun = `${HEAD}Content-Length: 200000\r\n\r\n${'x'.repeat(199_000)}`;
    const stopped = Array.from({ length: 8 }, () => rawConnection(url, begun)); // all that is held at a time
    try {
      const hasGivenWay = () => stopped.some(({ socket }) => socket.bytesRead > 0);
      await until(async () => (await translate(url, large)).status === 429 || hasGivenWay());
      await until(async () => (await translate(url, large)).status === 200);
      const first = await Promise.race(stopped.map(({ answer }) => answer));
      assert.match(first, /^HTTP\/1\.1 429 /, 'one has given way');
    } finally {
      for (const { socket } of stopped) socket.destroy();
    }
  });
  assert.equal(code, 0);
});

test('a body that is cut off, too long, or no HTTP at all', async () => {
  const { code, errors } = await withProgram([], async (url) => {
    for (let i = 0; i < 20; i++) {
      const { socket, answer } = rawConnection(url, `${HEAD}Content-Length: 5000\r\n\r\nabc`);
      await sleep(20);
      socket.destroy();
      await answer;
    }
    const long = rawConnection(url, `${HEAD}Content-Length: 99999999999\r\n\r\n`);
    await until(() => long.socket.bytesRead > 0);
    long.socket.destroy();
    assert.match(await long.answer, /^HTTP\/1\.1 413 [\s\S]*a request has at most 32\.0 MB/);
    assert.match(await rawConnection(url, 'hello\r\n\r\n').answer, /^HTTP\/1\.1 400 /);
    const twice = `${HEAD}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`; // request smuggling
    assert.match(await rawConnection(url, twice).answer, /^HTTP\/1\.1 400 /);
  });
  assert.equal(code, 0);
  assert.doesNotMatch(errors, /defect|Error/);
});

test('SIGTERM under load: everything that was asked is answered, and it ends with 0', async () => {
  const results: string[] = [];
  const { code, log } = await withProgram(['--drain_delay', '5'], async (url, child) => {
    const agent = new Agent({ keepAlive: true });
    /** Asks until it is told that the connection is closed, upon which a client asks elsewhere. */
    const client = async () => {
      for (let isLast = false; !isLast; ) {
        const { result, connection } = await ask(url, agent);
        results.push(result);
        isLast = connection !== 'keep-alive';
      }
    };
    const clients = Array.from({ length: 16 }, client);
    await until(() => results.length > 20);
    const before = results.length;
    child.kill('SIGTERM');
    await until(async () => (await fetch(`${url}/readyz`)).status === 503);
    assert.equal((await translate(url, image)).status, 200, 'who comes late is answered too');
    await Promise.all(clients);
    assert.ok(results.length > before, 'what was under way was answered after the signal');
  });
  assert.deepEqual([...new Set(results)], ['200']);
  assert.equal(code, 0);
  const lines = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { status: number; path: string });
  const translated = lines.filter(({ path, status }) => path === '/v1/translate' && status === 200);
  assert.ok(translated.length >= results.length);
});

test('an engine that does not end keeps nobody waiting', async () => {
  const service = await startTestService({ checkpointsDir: folder });
  await translate(new URL(service.url).origin, image);
  const unload = mock.method(ComputeThread.prototype, 'unload', () => new Promise(() => {}));
  assert.equal(await service.drain(), false);
  const [{ this: thread }] = unload.mock.calls;
  await (thread as ComputeThread).close();
});

/** The status of a translation, or the code of what went wrong; and what becomes of the connection. */
function ask(url: string, agent: Agent): Promise<{ readonly result: string; readonly connection?: string }> {
  return new Promise((resolve) => {
    const headers = { 'Content-Type': 'image/png', 'Content-Length': image.length };
    const fail = ({ code }: NodeJS.ErrnoException) => resolve({ result: `${code}` });
    const settings = { method: 'POST', agent, headers };
    const asking = request(`${url}/v1/translate`, settings, (answer: IncomingMessage) => {
      answer.resume();
      answer.on('error', fail);
      answer.on('end', () =>
        resolve({ result: `${answer.statusCode}`, connection: answer.headers.connection }),
      );
    });
    asking.on('error', fail);
    asking.end(image);
  });
}
