import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseManifest, serialiseManifest } from './manifest.js';
import { CheckpointStore } from './store.js';

const directory = mkdtempSync(join(tmpdir(), 'prune-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));

function checkpoint(epoch: number) {
  const w = { dtype: 'F32', shape: [1], data: Float32Array.of(epoch) } as const;
  return { epoch, totalIters: 100 * epoch, options: {}, networks: { G: new Map([['w', w]]) } };
}

test('prune keeps the newest numbered ones and never latest, previous, best or a damaged one', () => {
  const store = new CheckpointStore(directory);
  store.save(['latest', 'best', '200'], checkpoint(200)); // of an earlier training in the same folder
  for (const epoch of [1, 2, 3])
    store.save(['latest', String(epoch), `iter_${100 * epoch}`], checkpoint(epoch));
  writeFileSync(join(directory, '2.json'), '{}');
  assert.deepEqual(store.prune(3).sort(), ['1', '200', 'iter_100']);
  assert.deepEqual(store.prune(3), []);
  const tags = store.list().map(({ tag }) => tag);
  assert.deepEqual(tags.sort(), ['2', '3', 'best', 'iter_200', 'iter_300', 'latest', 'previous']);
  assert.ok(!readdirSync(directory).some((name) => /^(1|200|iter_100)[_.]/.test(name)));
  for (const tag of ['latest', 'previous', 'best', '3', 'iter_200'])
    store.load(tag, { state: false }).close();
  assert.deepEqual(store.prune(0).sort(), ['3', 'iter_200', 'iter_300']);
});

test('a clock that is set back changes nothing: what was saved last is the newest', (t) => {
  const clock = join(directory, 'clock');
  t.mock.timers.enable({ apis: ['Date'], now: Date.parse('2030-05-01T12:00:00Z') });
  const store = new CheckpointStore(clock);
  for (const epoch of [1, 2, 3]) {
    store.save(['latest', String(epoch)], checkpoint(epoch));
    t.mock.timers.tick(1000);
  }
  t.mock.timers.setTime(Date.parse('2024-01-01T00:00:00Z'));
  const later = new CheckpointStore(clock); // the machine was started anew in between
  for (const epoch of [4, 5]) {
    later.save(['latest', String(epoch)], checkpoint(epoch));
    later.prune(2);
    assert.deepEqual(numberedOf(later), [String(epoch), String(epoch - 1)]);
  }
  for (const tag of ['latest', 'previous']) rmSync(join(clock, `${tag}.json`));
  const loaded = new CheckpointStore(clock, { onWarning: () => {} }).load('latest', { state: false });
  loaded.close();
  assert.equal(loaded.tag, '5', 'what stands in for latest');
});

test('after going back to an earlier epoch the newest are those saved since', () => {
  const again = join(directory, 'again');
  const store = new CheckpointStore(again);
  for (const epoch of [1, 2, 3, 4, 2, 3]) store.save(['latest', String(epoch)], checkpoint(epoch));
  assert.deepEqual(numberedOf(store), ['3', '2', '4', '1']);
  store.prune(1);
  assert.deepEqual(numberedOf(store), ['3']);
});

test('checkpoints of versions that did not count saves are in the order of epoch and step, whatever their dates say', () => {
  const old = join(directory, 'old');
  const store = new CheckpointStore(old);
  for (const [index, epoch] of [3, 1, 2].entries()) {
    store.save([String(epoch)], checkpoint(epoch));
    const path = join(old, `${epoch}.json`);
    const { saveNumber: _, ...manifest } = parseManifest(readFileSync(path, 'utf8'), 'it');
    writeFileSync(path, serialiseManifest({ ...manifest, savedAt: `202${index}-01-01T00:00:00.000Z` }));
  }
  assert.deepEqual(numberedOf(store), ['3', '2', '1']);
  store.save(['1'], checkpoint(1));
  store.prune(2);
  assert.deepEqual(numberedOf(store), ['1', '3']);
});

/** Tags of epochs, newest first. */
function numberedOf(store: CheckpointStore): string[] {
  return store
    .list()
    .map(({ tag }) => tag)
    .filter((tag) => /^\d/.test(tag));
}
