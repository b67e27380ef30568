import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
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
  for (let until = Date.now() + 2; Date.now() < until; ); // the clock ticks: the new training is newer
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
