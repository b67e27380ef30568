import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { memoryStore } from './memoryStore.js';
import { TINY, temporaryFolder } from './tinyRun.js';
import { makeRun } from './trainedRun.js';
import { webModule } from './webModule.js';

// What the training page does with the browser's storage, on files in memory.

const folder = temporaryFolder();
let checkpoints: typeof import('../web/train/pageCheckpoints.js');
let images: typeof import('../web/train/keptData.js');

before(async () => {
  checkpoints = await webModule('train/pageCheckpoints.ts');
  images = await webModule('train/keptData.ts');
  for (const [name, seed] of Object.entries({ one: '1', two: '22222' }))
    await (await makeRun(folder, name, [...TINY, '--seed', seed])).dispose();
});

/** The run of a name as a person chooses its folder. */
function chosen(name: string) {
  const path = join(folder, name);
  return memoryStore(
    new Map(readdirSync(path).map((file) => [file, new Uint8Array(readFileSync(join(path, file)))])),
  );
}

test('a run is copied in place of another, of which nothing stays', async () => {
  const browser = memoryStore();
  await checkpoints.copyLatest(chosen('one'), browser);
  await checkpoints.copyLatest(chosen('two'), browser);
  await checkpoints.verifyLatest(browser);
  const copied = await checkpoints.checkpointFiles(browser);
  const { files } = chosen('two');
  for (const { name, bytes } of copied) assert.deepEqual(bytes, files.get(name), name);
  assert.equal(browser.files.size, copied.length);
});

test('a damaged run, or one that there is no room for, leaves the kept one as it was', async () => {
  const browser = memoryStore();
  await checkpoints.copyLatest(chosen('one'), browser);
  const before = new Map(browser.files);
  const damaged = chosen('two');
  damaged.files.get('latest_net_G.safetensors')![1000] ^= 1;
  await assert.rejects(checkpoints.copyLatest(damaged, browser), /the checkpoint is not whole[\s\S]*net_G/);
  assert.deepEqual(browser.files, before);
  const used = [...before.values()].reduce((sum, { length }) => sum + length, 0);
  const network = chosen('two').files.get('latest_net_G.safetensors')!.length;
  // for nothing, for less than the network, and for the network but not for its longer manifest
  for (const spare of [0, network - 1, network + 1]) {
    browser.room = used + spare;
    await assert.rejects(checkpoints.copyLatest(chosen('two'), browser), /no room/);
    assert.deepEqual(browser.files, before);
  }
});

test('images are kept in place of those before, or none where there is no room', async () => {
  const store = memoryStore();
  const files = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ name: `${i}.png`, file: new Blob([new Uint8Array(100)]) }));
  await images.keepData(store, { kind: 'side by side', files: files(3) });
  await images.keepData(store, { kind: 'two folders', A: files(1), B: files(1) });
  assert.deepEqual(await store.names(), ['data.0', 'data.1', 'data.json']);
  store.room = 350;
  await assert.rejects(images.keepData(store, { kind: 'side by side', files: files(9) }), /no room/);
  assert.deepEqual(await store.names(), []);
  await assert.rejects(images.keptData(store), /are not in the browser/);
});
