import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { readEvents, readEventsFrom } from './eventFileReader.js';
import { EventFileWriter } from './eventFileWriter.js';
import { decodeRecord, encodeRecord } from './tfrecord.js';

const root = mkdtempSync(join(tmpdir(), 'event-file-'));
after(() => rmSync(root, { recursive: true }));
let folders = 0;
const newFolder = () => join(root, String(folders++));

function writeSteps(writer: EventFileWriter, ...steps: number[]): void {
  for (const step of steps) {
    const value = [{ tag: 'loss/G_L1', value: { case: 'simpleValue' as const, value: step / 2 } }];
    writer.add({ step: BigInt(step), what: { case: 'summary', value: { value } } });
  }
}

/** A closed file that holds the version event and one event for each step. */
function fileOf(...steps: number[]): string {
  const writer = new EventFileWriter(newFolder());
  writeSteps(writer, ...steps);
  writer.close();
  return writer.path;
}

async function stepsOf(file: string, corrupt?: string[]): Promise<number[]> {
  const steps: number[] = [];
  const onCorrupt = corrupt && ((error: Error) => void corrupt.push(error.message));
  for await (const event of readEvents(file, { onCorrupt })) {
    if (event.what.case === 'summary') steps.push(Number(event.step));
  }
  return steps;
}

/** Where each record begins, and the end. */
function boundaries(bytes: Uint8Array): number[] {
  const places = [0];
  for (let found = decodeRecord(bytes, 0); found.kind === 'record'; found = decodeRecord(bytes, found.next)) {
    places.push(found.next);
  }
  return places;
}

test('a record is framed as TensorFlow frames it', () => {
  // what tensorboard.summary.writer.record_writer writes for this payload
  const record = Buffer.from('0f000000000000006d532b091a0d627261696e2e4576656e743a32fc985129', 'hex');
  const payload = Buffer.from('\x1a\x0dbrain.Event:2', 'latin1');
  assert.deepEqual(encodeRecord(payload), record);
  assert.deepEqual(decodeRecord(record, 0), { kind: 'record', payload, next: record.length });
});

test('events come back in order, after the version of the format', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_234_567_890_500 });
  const events = [];
  for await (const event of readEvents(fileOf(1, 2, 3))) events.push(event);
  assert.deepEqual(events[0].what, { case: 'fileVersion', value: 'brain.Event:2' });
  assert.deepEqual(
    events.slice(1).map((event) => event.step),
    [1n, 2n, 3n],
  );
  assert.ok(events.every((event) => event.wallTime === 1_234_567_890.5));
});

test('a file cut at any byte reads up to its last whole record', async () => {
  const whole = readFileSync(fileOf(1, 2, 3));
  const ends = boundaries(whole);
  const file = join(root, 'cut');
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (length) => {
      writeFileSync(file, whole.subarray(0, length));
      const records = ends.filter((end) => end > 0 && end <= length).length;
      assert.deepEqual(await stepsOf(file), [1, 2, 3].slice(0, Math.max(0, records - 1)));
    }),
  );
});

test('reading goes on where an event ended, also in a file that has grown', async () => {
  const writer = new EventFileWriter(newFolder());
  writeSteps(writer, 1, 2);
  writer.flush();
  const ends: number[] = [];
  for await (const { end } of readEventsFrom(writer.path, 0)) ends.push(end);
  writeSteps(writer, 3);
  writer.close();
  assert.deepEqual([0, ...ends], boundaries(readFileSync(writer.path)).slice(0, -1));
  for (const [place, from] of ends.entries()) {
    const steps: number[] = [];
    for await (const { event } of readEventsFrom(writer.path, from)) steps.push(Number(event.step));
    assert.deepEqual(steps, [1, 2, 3].slice(place));
  }
});

test('zeros that a crash left at the end are no damage', async () => {
  const file = fileOf(1, 2);
  appendFileSync(file, new Uint8Array(5000));
  assert.deepEqual(await stepsOf(file), [1, 2]);
  truncateSync(file, readFileSync(file).length - 4997);
  assert.deepEqual(await stepsOf(file), [1, 2]);
});

test('a flipped bit before the last record is reported with its place, and only that record is lost', async () => {
  const whole = readFileSync(fileOf(1, 2, 3));
  const [, first, second] = boundaries(whole);
  const file = join(root, 'flipped');
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: first, max: second - 1 }), fc.nat(7), async (at, bit) => {
      const damaged = Buffer.from(whole);
      damaged[at] ^= 1 << bit;
      writeFileSync(file, damaged);
      await assert.rejects(stepsOf(file), new RegExp(`checksum[\\s\\S]*${first}`));
      const reports: string[] = [];
      const inLength = at < first + 12; // then the next record cannot be found
      assert.deepEqual(await stepsOf(file, reports), inLength ? [] : [2, 3]);
      assert.equal(reports.length, 1);
    }),
  );
});

test('a record longer than one read of the file comes back whole', async () => {
  const writer = new EventFileWriter(newFolder());
  const encodedImageString = Uint8Array.from({ length: 300_000 }, (_, i) => i);
  const value = [{ tag: 'big', value: { case: 'image' as const, value: { encodedImageString } } }];
  writer.add({ step: 1n, what: { case: 'summary', value: { value } } });
  writeSteps(writer, 2);
  writer.close();
  assert.deepEqual(await stepsOf(writer.path), [1, 2]);
});

test('events reach the file within the flush interval, without another call', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const writer = new EventFileWriter(newFolder());
  writeSteps(writer, 1);
  t.mock.timers.tick(399);
  assert.deepEqual(await stepsOf(writer.path), []);
  t.mock.timers.tick(1);
  assert.deepEqual(await stepsOf(writer.path), [1]);
  writer.close();
});

test('a resumed run gets a file that sorts later and begins with its purge', async () => {
  const folder = newFolder();
  new EventFileWriter(folder).close();
  const resumed = new EventFileWriter(folder, { purgeStep: 7 });
  resumed.close();
  assert.equal(readdirSync(folder).sort().at(-1), basename(resumed.path));
  const events = [];
  for await (const event of readEvents(resumed.path)) events.push(event);
  assert.equal(events[1].what.case, 'sessionLog');
  assert.equal(events[1].step, 7n);
});

test('a folder that cannot be made is an error that names it', () => {
  const file = fileOf();
  assert.throws(() => new EventFileWriter(join(file, 'run')), /cannot make a folder[\s\S]*fix/);
});
