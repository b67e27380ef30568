/** A file that may not be read, or cannot be for now, is not taken for a damaged one. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type FileSystem, nodeFileSystem } from '../base/files/fileSystem.js';
import type { Checkpoint } from './saving.js';
import { CheckpointStore } from './store.js';

const root = mkdtempSync(join(tmpdir(), 'unreadable-test-'));
after(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

function checkpoint(version: number): Checkpoint {
  const tensors = new Map([['w', { dtype: 'F32', shape: [1], data: Float32Array.of(version) } as const]]);
  return {
    epoch: version,
    totalIters: version,
    options: {},
    networks: { G: tensors },
    state: { tensors, json: 0 },
  };
}

function newStore(directory = join(root, String(++folders)), fs?: FileSystem) {
  const warnings: string[] = [];
  const store = new CheckpointStore(directory, { onWarning: (message) => warnings.push(message), fs });
  return { store, warnings, directory };
}

function loadedEpoch(store: CheckpointStore, tag = 'latest'): number {
  const loaded = store.load(tag, { state: 'if present' });
  loaded.close();
  return loaded.manifest.epoch;
}

/** A file system on which a call fails with a code for the paths that `isRefused` names, also when they are open. */
function refusing(code: string, isRefused: (path: string, call: string) => boolean): FileSystem {
  const [opened, failing] = [new Map<unknown, string>(), { ...nodeFileSystem }];
  for (const name of ['statSync', 'openSync', 'readFileSync', 'readSync'] as const) {
    const call = nodeFileSystem[name] as (...args: unknown[]) => unknown;
    const wrapped = (...args: unknown[]) => {
      const path = name === 'readSync' ? opened.get(args[0])! : String(args[0]);
      if (isRefused(path, name)) throw Object.assign(new Error(code), { code, syscall: name });
      const result = call(...args);
      if (name === 'openSync') opened.set(result, path);
      return result;
    };
    Object.assign(failing, { [name]: wrapped });
  }
  return failing;
}

for (const code of ['EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'EIO', 'ESTALE']) {
  test(`${code} is no damage: nothing is taken in the place of latest, and nothing replaces it`, () => {
    const { store, directory } = newStore();
    for (const version of [1, 2]) store.save(['latest'], checkpoint(version));
    const before = readdirSync(directory).sort();
    for (const file of ['latest.json', 'latest_net_G.safetensors', 'latest_state.safetensors']) {
      for (const call of ['statSync', 'openSync', 'readFileSync', 'readSync']) {
        let refusals = 0;
        const isRefused = (path: string, name: string) =>
          path.endsWith(file) && name === call && ++refusals > 0;
        const hindered = newStore(directory, refusing(code, isRefused));
        const error = new RegExp(
          `^Pix2PixError: cannot (open|read)[^\\n]*: [^\\n]*\\n[\\s\\S]*${code}[\\s\\S]*fix`,
        );
        for (const work of [
          () => loadedEpoch(hindered.store),
          () => hindered.store.save(['latest'], checkpoint(3)),
        ]) {
          const isTried = refusals;
          try {
            work();
            assert.equal(refusals, isTried, `${call} of ${file}`); // a call that is not made of that file
            store.save(['latest'], checkpoint(1));
            store.save(['latest'], checkpoint(2));
          } catch (refusal) {
            assert.match(String(refusal), error, `${call} of ${file}`);
          }
        }
        assert.deepEqual(hindered.warnings, []);
        assert.deepEqual([loadedEpoch(store), loadedEpoch(store, 'previous')], [2, 1]);
      }
    }
    assert.deepEqual(readdirSync(directory).sort(), before);
  });
}

test('the temporary files of a checkpoint whose manifest may not be read stay', () => {
  const { store, directory } = newStore();
  // The last step of a save did not happen: all files have their temporary names still.
  const stuck = {
    ...nodeFileSystem,
    renameSync: ((from, to) => {
      if (/safetensors$/.test(String(to)))
        throw Object.assign(new Error('EBUSY'), { code: 'EBUSY', syscall: 'rename' });
      nodeFileSystem.renameSync(from, to);
    }) as FileSystem['renameSync'],
  };
  newStore(directory, stuck).store.save(['latest'], checkpoint(1));
  const isRefused = (path: string) => path.endsWith('latest.json');
  const hindered = newStore(directory, refusing('EMFILE', isRefused));
  assert.throws(() => hindered.store.save(['best'], checkpoint(2)), /too many files are open/);
  assert.equal(loadedEpoch(store), 1);
});
