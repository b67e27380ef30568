import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { type FakeMlflow, type Fate, fakeMlflow } from '../../../../test/fakeMlflow.js';
import { until } from '../../../../test/until.js';
import {
  expectedMetrics,
  logStep,
  runFolderIn,
  sessionOf,
  sorted,
  writeRecord,
  writeSteps,
} from '../../../../test/writtenRun.js';
import { EventTracker } from '../eventTracker.js';
import { mlflowTracker } from './mlflow/mlflowTracker.js';
import { RunFollower } from './runFollower.js';
import { syncRun } from './syncRun.js';

const root = mkdtempSync(join(tmpdir(), 'follower-'));
after(() => rmSync(root, { recursive: true, force: true }));

const metricsOf = (fake: FakeMlflow) =>
  sorted(fake.run.distinct.map(({ key, step, value }) => [key, step, Number(value)]));

interface Follow {
  readonly said?: string[];
  /** Short only in tests where `finish` is to give up: on a busy machine answers are slow too. */
  readonly patience?: number;
  /** Called before each pause. */
  readonly onPause?: () => void;
}

function follow(folder: string, fake: FakeMlflow, { said = [], patience = 60_000, onPause }: Follow = {}) {
  const say = (_: string, text: string) => {
    if (!text.startsWith('sending the rest')) said.push(text); // told where the end takes a second
  };
  const pause = () => {
    onPause?.();
    return 5;
  };
  return new RunFollower(folder, mlflowTracker(fake.uri, 'tests'), {
    ...{ session: 's1', say, patience, mostPatience: 60_000 },
    get interval() {
      return pause();
    },
    get backOff() {
      return pause();
    },
  });
}

const send = (folder: string, fake: FakeMlflow) => syncRun(folder, mlflowTracker(fake.uri, 'tests'));

test('data arrive while the run goes on, and then its end', async () => {
  const fake = await fakeMlflow();
  const folder = runFolderIn(root, sessionOf('s1'));
  const follower = follow(folder, fake);
  const events = new EventTracker(folder, { flushMilliseconds: 1 });
  for (let step = 1; step <= 3; step++) {
    logStep(events, step);
    await until(() => fake.runs.size > 0 && fake.run.metrics.length === 2 * step);
  }
  assert.equal(fake.run.info.status, 'RUNNING');
  await events.images(
    { step: 3, epoch: 1, iteration: 3 },
    { fake_B: { data: new Uint8Array(12), shape: [1, 2, 2, 3] } },
  );
  events.close();
  writeRecord(folder, sessionOf('s1', { exit: { reason: 'finished' }, endedAt: '2026-03-01T11:00:00Z' }));
  await follower.finish();
  assert.deepEqual(metricsOf(fake), expectedMetrics(1, 3));
  assert.deepEqual(
    [fake.run.info.status, fake.run.info.end_time],
    ['FINISHED', Date.parse('2026-03-01T11:00:00Z')],
  );
  assert.deepEqual([...fake.artifacts.keys()].sort(), [
    '1/run1/artifacts/images/visuals/fake_B/000000003.png',
    '1/run1/artifacts/run.json',
  ]);
});

test('nothing is sent before the record says what the session is', async () => {
  const fake = await fakeMlflow();
  const folder = runFolderIn(root, sessionOf('before', { exit: { reason: 'stopped' } }));
  writeSteps(folder, 1, 2);
  let pauses = 0;
  const follower = follow(folder, fake, { onPause: () => pauses++ });
  await until(() => pauses > 3);
  assert.equal(fake.requests, 0);
  await follower.finish();
  assert.equal(fake.requests, 0);
});

test('a server that is away holds up nothing, is told once, and gets everything later, once', async () => {
  const fake = await fakeMlflow();
  await fake.stop();
  const folder = runFolderIn(root, sessionOf('s1'));
  writeSteps(folder, 1, 700);
  const said: string[] = [];
  let pauses = 0;
  const follower = follow(folder, fake, { said, patience: 100, onPause: () => pauses++ });
  await until(() => said.length > 0 && pauses > 5);
  await follower.finish();
  assert.equal(said.length, 2);
  assert.match(
    said[0],
    /MLflow at http:\/\/127\.0\.0\.1:\d+ takes nothing \(.*ECONNREFUSED.*\): training goes on/,
  );
  assert.match(said[1], /has not got all of the run .*pix2pix\S* runs sync/);
  await fake.start();
  assert.equal(await send(folder, fake), true);
  assert.deepEqual(metricsOf(fake), expectedMetrics(1, 700));
  assert.equal(fake.run.metrics.length, 1400);
  const { requests } = fake;
  assert.equal(await send(folder, fake), false, 'nothing is left');
  assert.ok(fake.requests - requests < 10);
  assert.equal(fake.run.metrics.length, 1400);
});

test('a server that goes away and comes back is told twice, and misses nothing', async () => {
  const fake = await fakeMlflow();
  const folder = runFolderIn(root, sessionOf('s1'));
  const said: string[] = [];
  const follower = follow(folder, fake, { said });
  const events = new EventTracker(folder, { flushMilliseconds: 1 });
  logStep(events, 1);
  await until(() => fake.runs.size > 0 && fake.run.metrics.length === 2);
  await fake.stop();
  for (let step = 2; step <= 5; step++) logStep(events, step);
  await until(() => said.length === 1);
  await fake.start();
  await until(() => fake.run.metrics.length === 10);
  events.close();
  await follower.finish();
  assert.equal(said.length, 2, said.join('\n'));
  assert.match(said[1], /is back, and gets what it has missed/);
  assert.deepEqual(metricsOf(fake), expectedMetrics(1, 5));
});

test('a server that never answers is waited for no longer than said', async () => {
  const fake = await fakeMlflow();
  fake.fate = () => 'hung';
  const folder = runFolderIn(root, sessionOf('s1'));
  writeSteps(folder, 1, 3);
  const said: string[] = [];
  const tracker = mlflowTracker(fake.uri, 'tests');
  const say = (_: string, text: string) => void said.push(text);
  const options = { session: 's1', say, patience: 30 };
  await new RunFollower(folder, tracker, options).finish();
  assert.match(said.join('\n'), /has not got all of the run \(no answer in time\)/);
  fake.fate = () => 'ok';
  await send(folder, fake);
  assert.deepEqual(metricsOf(fake), expectedMetrics(1, 3));
});

test('whatever happens to requests, everything arrives, and is there once', async () => {
  const fates = fc.constantFrom<Fate>('ok', 'ok', 'lost', 'broken', 500, 503, 429);
  const fake = await fakeMlflow();
  await fc.assert(
    fc.asyncProperty(fc.array(fates, { maxLength: 40 }), async (list) => {
      fake.runs.clear();
      fake.artifacts.clear();
      let request = 0;
      fake.fate = () => list[request++] ?? 'ok';
      const folder = runFolderIn(root, sessionOf('s1', { exit: { reason: 'stopped' } }));
      writeSteps(folder, 1, 1200);
      for (;;) {
        const sent = await send(folder, fake).catch(() => true);
        if (!sent) break;
      }
      assert.deepEqual(metricsOf(fake), expectedMetrics(1, 1200));
      assert.equal(fake.run.info.status, 'KILLED');
      assert.deepEqual([...fake.artifacts.keys()], [`1/${fake.run.info.run_id}/artifacts/run.json`]);
    }),
    { numRuns: 15 },
  );
});

test('a proxy that takes only short requests gets short ones', async () => {
  const fake = await fakeMlflow();
  fake.fate = (_, body) => (body.length > 20_000 ? 413 : 'ok');
  const folder = runFolderIn(root, sessionOf('s1'));
  writeSteps(folder, 1, 1000);
  await send(folder, fake);
  assert.deepEqual(metricsOf(fake), expectedMetrics(1, 1000));
  assert.equal(fake.run.metrics.length, 2000);
});

test('one value that is refused is left out and told; all others arrive', async () => {
  const fake = await fakeMlflow();
  fake.fate = (_, body) => (body.includes('"step":77') && body.includes('D_real') ? 400 : 'ok');
  const folder = runFolderIn(root, sessionOf('s1'));
  writeSteps(folder, 1, 100);
  const said: string[] = [];
  await syncRun(folder, mlflowTracker(fake.uri, 'tests'), { say: (text) => void said.push(text) });
  const expected = expectedMetrics(1, 100).filter(([key, step]) => key !== 'loss/D_real' || step !== 77);
  assert.deepEqual(metricsOf(fake), expected);
  assert.equal(said.length, 1);
  assert.match(said[0], /refuses a value \(loss\/D_real\)/);
});

test('steps that a continued run repeats are not sent twice, and the run at the server goes on', async () => {
  const fake = await fakeMlflow();
  const folder = runFolderIn(root, sessionOf('s1'));
  writeSteps(folder, 1, 10, 1);
  const again = sessionOf('s2', { resumedFrom: { epoch: 1, step: 5 }, exit: { reason: 'finished' } });
  writeRecord(folder, sessionOf('s1'), again);
  writeSteps(folder, 6, 12, 6);
  await send(folder, fake);
  assert.deepEqual(metricsOf(fake), expectedMetrics(1, 12));
  assert.match(fake.run.tags.get('pix2pix.session.2') ?? '', /at step 5/);
  writeRecord(folder, sessionOf('s1'), again, { ...again, id: 's3', resumedFrom: { epoch: 2, step: 12 } });
  writeSteps(folder, 13, 14, 13);
  await send(folder, fake);
  assert.deepEqual(metricsOf(fake), expectedMetrics(1, 14));
});

test('a run that took the place of another in its folder is another run at the server', async () => {
  const fake = await fakeMlflow();
  const folder = runFolderIn(root, sessionOf('s1'));
  writeSteps(folder, 1, 3, 1);
  await send(folder, fake);
  writeRecord(folder, sessionOf('s1'), sessionOf('s2'));
  writeSteps(folder, 1, 2, 1);
  await send(folder, fake);
  const [first, second] = [...fake.runs.values()];
  assert.deepEqual([first.metrics.length, second.metrics.length], [6, 4]);
});

test('a run that somebody deleted at the server is sent anew', async () => {
  const fake = await fakeMlflow();
  const folder = runFolderIn(root, sessionOf('s1'));
  writeSteps(folder, 1, 3);
  await send(folder, fake);
  fake.runs.clear();
  await send(folder, fake);
  assert.deepEqual(metricsOf(fake), expectedMetrics(1, 3));
});

test('a record that is torn or damaged is stepped over', async () => {
  const fake = await fakeMlflow();
  const folder = runFolderIn(root, sessionOf('s1'));
  writeSteps(folder, 1, 3);
  const [file] = readdirSync(folder).filter((name) => name.includes('tfevents'));
  appendFileSync(join(folder, file), Buffer.from('torn'));
  writeSteps(folder, 4, 5, 4);
  await send(folder, fake);
  assert.deepEqual(metricsOf(fake), expectedMetrics(1, 5));
});
