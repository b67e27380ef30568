import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readEvents } from '../writing/eventFileReader.js';
import { EventFileWriter } from '../writing/eventFileWriter.js';
import { openRuns, type RunIndex } from './runIndex.js';

const root = mkdtempSync(join(tmpdir(), 'runs-'));
process.env.PIX2PIX_CACHE = join(root, 'cache');
after(() => rmSync(root, { recursive: true }));
let folders = 0;
const newFolder = () => join(root, `logs${folders++}`);

function write(writer: EventFileWriter, steps: readonly number[], value = (step: number) => step): void {
  for (const step of steps) {
    const summary = { value: [{ tag: 'x', value: { case: 'simpleValue' as const, value: value(step) } }] };
    writer.add({ step: BigInt(step), wallTime: 1e9 + step, what: { case: 'summary', value: summary } });
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** A log directory with one run, `run`, of one file. */
function logOf(steps: readonly number[]): { logs: string; folder: string; file: string } {
  const logs = newFolder();
  const folder = join(logs, 'run');
  const writer = new EventFileWriter(folder);
  write(writer, steps);
  writer.close();
  return { logs, folder, file: writer.path };
}

async function valuesOf(index: RunIndex, id = 'run', range = {}): Promise<readonly (number | null)[]> {
  const [series] = await index.series({ runs: [id], tags: ['x'], points: 5000, ...range });
  return series?.values ?? [];
}

test('what a resumed run repeats is forgotten, also where that turns up after it was read', async () => {
  const { logs, folder } = logOf([1, 2, 3, 4, 5]);
  const index = await openRuns(logs);
  assert.deepEqual(await valuesOf(index), [1, 2, 3, 4, 5]);
  const resumed = new EventFileWriter(folder, { purgeStep: 4 });
  write(resumed, [4, 5, 6], (step) => -step);
  resumed.close();
  await index.update();
  assert.deepEqual(await valuesOf(index), [1, 2, 3, -4, -5, -6]);
  assert.deepEqual(await valuesOf(await openRuns(logs)), [1, 2, 3, -4, -5, -6]);
  assert.deepEqual(index.list()[0].best.x, { value: -6, step: 6 });
});

test('an unfinished record is no damage: it is read when the rest has come', async () => {
  const { logs, file } = logOf([1, 2, 3]);
  const whole = readFileSync(file);
  truncateSync(file, whole.length - 5);
  const index = await openRuns(logs);
  assert.deepEqual(await valuesOf(index), [1, 2]);
  assert.deepEqual(index.list()[0].problems, []);
  appendFileSync(file, whole.subarray(whole.length - 5));
  await index.update();
  assert.deepEqual(await valuesOf(index), [1, 2, 3]);
});

test('a damaged record is stepped over and told', async () => {
  const { logs, file } = logOf([1, 2, 3]);
  const bytes = readFileSync(file);
  bytes[bytes.length - 60] ^= 1;
  writeFileSync(file, bytes);
  let sound = 0;
  for await (const { what } of readEvents(file, { onCorrupt: () => {} }))
    if (what.case === 'summary') sound++;
  const index = await openRuns(logs);
  assert.equal((await valuesOf(index)).length, sound);
  assert.equal(index.list()[0].problems.length, 1);
  assert.match(index.list()[0].problems[0], /tfevents.*: the (length of the )?record at byte \d+ is damaged/);
});

test('a file that is no event file breaks nothing else', async () => {
  const { logs } = logOf([1]);
  mkdirSync(join(logs, 'foreign'));
  writeFileSync(join(logs, 'foreign', 'events.out.tfevents.1.x'), 'this is no event file at all, only text');
  mkdirSync(join(logs, 'empty'));
  writeFileSync(join(logs, 'empty', 'events.out.tfevents.1.x'), '');
  mkdirSync(join(logs, 'record'));
  writeFileSync(join(logs, 'record', 'run.json'), '{"format": 1, "sessions": [{"id": "x"}]}');
  const index = await openRuns(logs);
  const problems = Object.fromEntries(index.list().map((run) => [run.id, run.problems.join()]));
  assert.match(problems.foreign, /cannot be read/);
  assert.equal(problems.empty, '');
  assert.match(problems.record, /^run\.json cannot be read: a session lacks/);
  assert.equal(problems.run, '');
});

test('a zoom into many points finds every one of them', async () => {
  const steps = upTo(20_000);
  const { logs } = logOf(steps);
  const index = await openRuns(logs);
  const [whole] = await index.series({ runs: ['run'], tags: ['x'] });
  assert.deepEqual([whole.count, whole.isExact], [20_000, false]);
  const part = await valuesOf(index, 'run', { fromStep: 7001, toStep: 7100 });
  assert.deepEqual(part, steps.slice(7000, 7100));
});

test('two processes that write one run at once are told', async () => {
  const { logs, folder, file } = logOf(upTo(100));
  renameSync(file, join(folder, 'events.out.tfevents.1000000001.host.17.0'));
  const other = new EventFileWriter(folder);
  write(
    other,
    upTo(50).map((step) => step + 20),
  );
  other.close();
  const events = readFileSync(other.path);
  // its first event was written by today's clock: what follows are the times that count here
  writeFileSync(other.path, events.subarray(12 + events.readUInt32LE(0) + 4));
  renameSync(other.path, join(folder, 'events.out.tfevents.1000000021.host.18.0'));
  const index = await openRuns(logs);
  assert.match(
    index.list()[0].problems.join(),
    /two processes wrote it at the same time: .*17\.0 and .*18\.0/,
  );
});

test('what was read is kept: the next start reads only what is new, and believes nothing else', async () => {
  const { logs, folder, file } = logOf(upTo(30_000));
  const first = await openRuns(logs);
  const before = await valuesOf(first);
  first.close();
  assert.equal(readdirSync(join(root, 'cache', 'runs')).length, 1);

  const again = await openRuns(logs);
  assert.deepEqual(await valuesOf(again), before);
  assert.deepEqual({ ...again.list()[0], revision: 0 }, { ...first.list()[0], revision: 0 });

  cpSync(file, join(root, 'copy'));
  rmSync(folder, { recursive: true });
  const writer = new EventFileWriter(folder);
  write(writer, upTo(30_000), (step) => -step);
  writer.close();
  assert.equal((await valuesOf(await openRuns(logs))).at(-1), -30_000);

  const [kept] = readdirSync(join(root, 'cache', 'runs'));
  appendFileSync(join(root, 'cache', 'runs', kept), 'damage');
  assert.equal((await valuesOf(await openRuns(logs))).at(-1), -30_000);
});

test('a run that vanishes is gone, a log directory that vanishes is told, and both may come back', async () => {
  const { logs, folder } = logOf([1]);
  const index = await openRuns(logs);
  renameSync(folder, `${folder}2`);
  await index.update();
  assert.deepEqual(
    index.list().map(({ id }) => id),
    ['run2'],
  );
  renameSync(logs, `${logs}-away`);
  await index.update();
  assert.deepEqual(index.list(), []);
  assert.deepEqual(index.problems, ['the log directory does not exist']);
  renameSync(`${logs}-away`, logs);
  await index.update();
  assert.deepEqual([index.list().length, index.problems], [1, []]);
});

test('links are not followed', async () => {
  const { folder } = logOf([1]);
  const logs = newFolder();
  mkdirSync(join(logs, 'mine'), { recursive: true });
  symlinkSync(folder, join(logs, 'linked'));
  symlinkSync(join(folder, readdirSync(folder)[0]), join(logs, 'mine', 'events.out.tfevents.1.linked'));
  assert.deepEqual((await openRuns(logs)).list(), []);
});
