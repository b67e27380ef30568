import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { Refused } from '../../base/http/refused.js';
import type { GeneratorInfo } from '../portable/generatorInfo.js';
import type { ComputeThread } from './computeThread.js';
import type { ServedModel } from './modelCatalogue.js';
import { ModelPool } from './modelPool.js';

/** A thread that only counts the memory of what it has loaded. */
class CountingThread {
  readonly held = new Map<number, string>();
  peak = 0;
  loads = 0;
  /** Also of what cannot be read. */
  reads = 0;

  constructor(private readonly bytesOf: (source: string) => number) {}

  async verify(source: string): Promise<void> {
    this.reads++;
    if (source === 'damaged') throw new Pix2PixError('this checkpoint is damaged', {}, 'replace it');
  }

  async load(id: number, source: string): Promise<GeneratorInfo> {
    await this.verify(source);
    this.loads++;
    this.held.set(id, source);
    this.peak = Math.max(this.peak, this.bytes());
    return { name: source } as GeneratorInfo;
  }

  async unload(id: number): Promise<void> {
    assert.ok(this.held.delete(id));
  }

  private bytes(): number {
    return [...this.held.values()].reduce((total, source) => total + this.bytesOf(source), 0);
  }
}

const model = (name: string, bytes: number, version = '1', source = `${name}${version}`): ServedModel => ({
  ...{ name, bytes, version, source },
  changedAt: new Date(0),
});
const poolOf = (thread: CountingThread, bound: number, warnings: string[] = [], now?: () => number) =>
  new ModelPool(thread as unknown as ComputeThread, {}, bound, (message) => warnings.push(message), now);

test('whatever is asked for in which order, the loaded models stay within the bound', async () => {
  const uses = fc.array(fc.record({ name: fc.nat(5), version: fc.nat(2) }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(uses, async (asked) => {
      const sizes = [10, 20, 30, 40, 50, 60];
      const thread = new CountingThread((source) => sizes[Number(source[0])]);
      const pool = poolOf(thread, 100);
      for (const { name, version } of asked) {
        const used = await pool.use(`${name}`, model(`${name}`, sizes[name], `${version}`));
        assert.equal(thread.held.get(used.id), `${name}${version}`);
      }
      assert.ok(thread.peak <= 100, `${thread.peak}`);
      assert.equal(pool.list().length, thread.held.size);
    }),
  );
});

test('the model that was not used for longest goes first', async () => {
  const thread = new CountingThread(() => 40);
  const pool = poolOf(thread, 100);
  for (const name of ['a', 'b', 'a', 'c']) await pool.use(name, model(name, 40));
  assert.deepEqual([...thread.held.values()], ['a1', 'c1']);
  assert.equal(thread.loads, 3);
});

test('a model that is larger than the bound is refused, and what is loaded stays', async () => {
  const thread = new CountingThread(() => 40);
  const pool = poolOf(thread, 100);
  await pool.use('a', model('a', 40));
  await assert.rejects(pool.use('b', model('b', 101)), (error: Refused) => error.status === 503);
  assert.deepEqual([...thread.held.values()], ['a1']);
});

test('a new version takes the place of the former one, unless it cannot be read; a deleted one goes on', async () => {
  const warnings: string[] = [];
  const thread = new CountingThread(() => 10);
  const pool = poolOf(thread, 100, warnings);
  await pool.use('a', model('a', 10, '1'));
  await pool.use('a', model('a', 10, '2'));
  assert.deepEqual([...thread.held.values()], ['a2']);
  for (let i = 0; i < 2; i++) await pool.use('a', model('a', 10, '3', 'damaged'));
  assert.deepEqual([...thread.held.values()], ['a2']);
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0],
    /^the model a cannot be read: this checkpoint is damaged; the former one goes on$/,
  );
  assert.equal((await pool.use('a', undefined)).model.version, '2');
  await assert.rejects(pool.use('never', undefined), (error: Refused) => error.status === 404);
});

test('a model that cannot be read is refused with 503, takes no room from others, and is tried again later', async () => {
  let now = 1000;
  const warnings: string[] = [];
  const thread = new CountingThread(() => 40);
  const pool = poolOf(thread, 100, warnings, () => now);
  for (const name of ['a', 'b']) await pool.use(name, model(name, 40));
  const { reads } = thread;
  const refused = (error: Refused) => {
    assert.deepEqual([error.status, error.retryAfter], [503, 10]);
    assert.equal(error.message, 'the model c cannot be read: this checkpoint is damaged');
    return true;
  };
  for (let i = 0; i < 3; i++) await assert.rejects(pool.use('c', model('c', 40, '1', 'damaged')), refused);
  assert.equal(thread.reads, reads + 1, 'it is read once');
  assert.deepEqual([...thread.held.values()], ['a1', 'b1']);
  now += 11_000;
  await assert.rejects(pool.use('c', model('c', 40, '1', 'damaged')), refused);
  assert.equal(thread.reads, reads + 2);
  assert.equal(warnings.length, 1);
  await pool.use('c', model('c', 40, '2'));
  assert.deepEqual([...thread.held.values()], ['b1', 'c2']);
});
