import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { NamedSources, NamedTensors, TensorData } from './format/dtype.js';
import type { Checkpoint } from './saving.js';
import { CheckpointStore } from './store.js';

const root = mkdtempSync(join(tmpdir(), 'saving-from-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

const floats = (length: number, value: number) => new Float32Array(length).fill(value);

/** A checkpoint of three files, with tensors of two types. */
function inMemory(epoch: number): Checkpoint {
  const network = (value: number): NamedTensors =>
    new Map([
      ['weight', { dtype: 'F32', shape: [2, 3], data: floats(6, value) }],
      ['tracked', { dtype: 'I64', shape: [], data: BigInt64Array.of(BigInt(epoch)) }],
      ['bias', { dtype: 'F32', shape: [3], data: floats(3, -value) }],
    ]);
  const state = { tensors: network(0.5 * epoch), json: { epoch } };
  return {
    epoch,
    totalIters: epoch,
    options: {},
    networks: { G: network(epoch), D: network(-epoch) },
    state,
  };
}

/** The same, with tensors that come when they are asked for. @param read what comes in place of the data */
function elsewhere(
  { networks, state, ...facts }: Checkpoint,
  read: (data: TensorData) => Promise<TensorData> = async (data) => data,
): Checkpoint<NamedSources> {
  const sources = (tensors: NamedTensors): NamedSources =>
    new Map(
      [...tensors].map(([name, { dtype, shape, data }]) => [name, { dtype, shape, read: () => read(data) }]),
    );
  return {
    ...facts,
    networks: Object.fromEntries(Object.entries(networks).map(([name, tensors]) => [name, sources(tensors)])),
    state: { tensors: sources(state!.tensors), json: state!.json },
  };
}

/** The files of tensors in a folder. */
function filesIn(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'hex')]));
}

test('tensors that come one by one make the files that those in memory make', async () => {
  const [direct, streamed] = ['direct', 'streamed'].map((name) => join(root, name));
  new CheckpointStore(direct).save(['latest', '5'], inMemory(5));
  let waiting = 0;
  const read = async (data: TensorData) => {
    assert.equal(waiting++, 0, 'no tensor is asked for before the last one has been written');
    await new Promise((resolve) => setImmediate(resolve));
    waiting--;
    return data;
  };
  await new CheckpointStore(streamed).saveFrom(['latest', '5'], elsewhere(inMemory(5), read));
  assert.equal(Object.keys(filesIn(direct)).length, 5);
  assert.deepEqual(filesIn(streamed), filesIn(direct));
  const loaded = new CheckpointStore(streamed).load('latest');
  assert.deepEqual(loaded.state!.json, { epoch: 5 });
  loaded.close();
});

test('a tensor that does not come, or is another than was said, leaves the checkpoint before it', async () => {
  const folder = join(root, 'failing');
  const store = new CheckpointStore(folder);
  await store.saveFrom(['latest'], elsewhere(inMemory(1)));
  const before = readdirSync(folder).sort();
  for (let n = 0; n < 9; n++) {
    let calls = 0;
    const lost = (data: TensorData) =>
      calls++ === n ? Promise.reject(new Error('the device is lost')) : Promise.resolve(data);
    await assert.rejects(store.saveFrom(['latest'], elsewhere(inMemory(2), lost)), /the device is lost/);
    calls = 0;
    const other = async (data: TensorData) => (calls++ === n ? floats(5, 1) : data);
    await assert.rejects(store.saveFrom(['latest'], elsewhere(inMemory(2), other)), /does not fit its data/);
    assert.deepEqual(readdirSync(folder).sort(), before);
  }
  const loaded = store.load('latest');
  assert.equal(loaded.manifest.epoch, 1);
  loaded.close();
});
