import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Hono } from 'hono';
import type { Refused } from '../../base/http/refused.js';
import { BodyReader } from './readBody.js';

const never = new AbortController().signal;

/** A route that reads a body and answers with its length when `use` is done, or with the status of a refusal. */
function appOf(bodies: BodyReader, use: () => Promise<void> = async () => {}) {
  const app = new Hono();
  app.post('/', (c) =>
    bodies.with(c, never, async ({ length }) => {
      await use();
      return c.text(`${length}`);
    }),
  );
  app.onError((error, c) => c.text(error.message, (error as Refused).status));
  return app;
}

/** A request whose body comes piece by piece: `send` sends one, `end` ends it. */
function slowRequest(app: Hono) {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start: (it) => {
      controller = it;
    },
  });
  const request = new Request('http://127.0.0.1/', { method: 'POST', body, duplex: 'half' } as RequestInit);
  const answer = Promise.resolve(app.request(request));
  return {
    answer,
    send: async (bytes: number) => {
      controller.enqueue(new Uint8Array(bytes));
      await settled();
    },
    end: () => controller.close(),
  };
}
/** What can go on has gone on. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const post = (app: Hono, bytes: number) => app.request('/', { method: 'POST', body: new Uint8Array(bytes) });

test('clients that stop in the middle give way to others, the one that began first before the rest', async () => {
  const app = appOf(new BodyReader(100, 200, 0));
  const slow = [slowRequest(app), slowRequest(app)];
  for (const one of slow) await one.send(90);
  assert.equal((await post(app, 20)).status, 200, 'there is room for it');
  assert.equal((await post(app, 60)).status, 200, 'the first gives way');
  assert.equal((await slow[0].answer).status, 429);
  slow[1].end();
  assert.equal(await (await slow[1].answer).text(), '90', 'the second need not');
});

test('a body has some time before it gives way, and one that is used does not', async () => {
  const app = appOf(new BodyReader(100, 150, 60_000));
  const young = slowRequest(app);
  await young.send(90);
  const refused = await post(app, 70);
  assert.equal(refused.status, 429);
  young.end();
  assert.equal((await young.answer).status, 200);
  assert.equal((await post(app, 70)).status, 200, 'its bytes were given back');

  let done = () => {};
  const isDone = new Promise<void>((resolve) => {
    done = resolve;
  });
  const busy = appOf(new BodyReader(100, 150, 0), () => isDone);
  const used = post(busy, 90);
  await settled();
  assert.equal((await post(busy, 70)).status, 429, 'it gives way itself');
  done();
  assert.equal((await used).status, 200);
});

test('whatever comes in which order, no more is held than may be, and all of it is given back', async () => {
  const event = fc.record({ client: fc.nat(5), bytes: fc.integer({ min: 1, max: 60 }), ends: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 25 }),
      fc.constantFrom(0, 60_000),
      async (events, patience) => {
        const bodies = new BodyReader(100, 150, patience);
        const held = () => (bodies as unknown as { held: number }).held;
        const app = appOf(bodies);
        const clients = new Map<number, ReturnType<typeof slowRequest>>();
        for (const { client, bytes, ends } of events) {
          const one = clients.get(client) ?? slowRequest(app);
          clients.set(client, one);
          await one.send(bytes).catch(() => {}); // it has been refused, and its body cancelled
          assert.ok(held() >= 0 && held() <= 150, `${held()}`);
          if (!ends) continue;
          try {
            one.end();
          } catch {} // likewise
          assert.ok([200, 413, 429].includes((await one.answer).status));
          clients.delete(client);
        }
        for (const { end, answer } of clients.values()) {
          try {
            end();
          } catch {} // likewise
          await answer;
        }
        assert.equal(held(), 0);
      },
    ),
    { numRuns: 60 },
  );
});

test('an empty body, and one that is too long as it says or as it comes', async () => {
  const app = appOf(new BodyReader(100, 1000));
  assert.equal((await app.request('/', { method: 'POST' })).status, 400);
  assert.equal((await post(app, 100)).status, 200);
  assert.equal((await post(app, 101)).status, 413);
  const headers = { 'Content-Length': '101' };
  assert.equal((await app.request('/', { method: 'POST', headers, body: 'x' })).status, 413);
});
