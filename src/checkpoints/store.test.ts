import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { type FileSystem, nodeFileSystem } from '../base/files/fileSystem.js';
import type { Checkpoint } from './saving.js';
import { CheckpointStore } from './store.js';

const root = mkdtempSync(join(tmpdir(), 'store-test-'));
after(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(root, String(++folders));

function checkpoint(version: number): Checkpoint {
  const tensor = (value: number) => {
    return new Map([['w', { dtype: 'F32', shape: [3], data: new Float32Array(3).fill(value) } as const]]);
  };
  return {
    epoch: version,
    totalIters: 100 * version,
    options: { netG: 'unet_256', maxDatasetSize: Number.POSITIVE_INFINITY },
    networks: { G: tensor(version), D: tensor(-version) },
    state: { tensors: tensor(version / 2), json: { best: Number.NaN, dropout: 2 ** 52, zero: -0, big: 7n } },
  };
}

/** A store, its warnings, and the folder. */
function newStore(directory = newFolder(), fs?: FileSystem) {
  const warnings: string[] = [];
  const store = new CheckpointStore(directory, { onWarning: (message) => warnings.push(message), fs });
  return { store, warnings, directory };
}

function loadedEpoch(store: CheckpointStore, tag = 'latest'): number {
  const loaded = store.load(tag, { state: 'if present' });
  loaded.close();
  return loaded.manifest.epoch;
}

test('a checkpoint comes back with every number of it', () => {
  const { store, warnings, directory } = newStore();
  store.save(['latest'], checkpoint(3));
  const loaded = new CheckpointStore(directory).load();
  assert.equal(loaded.tag, 'latest');
  assert.deepEqual([loaded.manifest.epoch, loaded.manifest.totalIters], [3, 300]);
  assert.deepEqual(loaded.manifest.options, checkpoint(3).options);
  assert.deepEqual([...loaded.networks.keys()], ['G', 'D']);
  assert.deepEqual(loaded.networks.get('D')!.read('w').data, Float32Array.of(-3, -3, -3));
  assert.deepEqual(loaded.state!.tensors.read('w').data, Float32Array.of(1.5, 1.5, 1.5));
  assert.deepEqual(loaded.state!.json, checkpoint(3).state!.json);
  loaded.close();
  assert.deepEqual(warnings, []);
  const files = [
    'latest.json',
    'latest_net_D.safetensors',
    'latest_net_G.safetensors',
    'latest_state.safetensors',
  ];
  assert.deepEqual(readdirSync(directory).sort(), files);
});

test('several tags share one copy of the bytes; only latest keeps the state unless asked', () => {
  const { store, directory } = newStore();
  store.save(['latest', '5', 'best'], checkpoint(5), ['latest', 'best']);
  const inode = (name: string) => statSync(join(directory, name)).ino;
  assert.equal(inode('5_net_G.safetensors'), inode('latest_net_G.safetensors'));
  assert.equal(inode('best_state.safetensors'), inode('latest_state.safetensors'));
  assert.throws(
    () => store.load('5'),
    /cannot be loaded\n[\s\S]*checkpoint 5 +checkpoint 5 has no training state/,
  );
  store.load('5', { state: false }).close();
  store.load('best').close();
});

test('a generator alone is loaded without touching the other files', () => {
  const { store, directory } = newStore();
  store.save(['latest'], checkpoint(1));
  rmSync(join(directory, 'latest_net_D.safetensors'));
  rmSync(join(directory, 'latest_state.safetensors'));
  const loaded = store.load('latest', { networks: ['G'], state: false });
  assert.deepEqual([...loaded.networks.keys()], ['G']);
  assert.equal(loaded.state, undefined);
  loaded.close();
  assert.throws(() => store.load('latest', { networks: ['E'], state: false }), /no network net_E/);
});

test('any changed bit and any lost byte of any file is noticed', () => {
  const { store, directory } = newStore();
  store.save(['best'], checkpoint(1), ['best']);
  const names = readdirSync(directory);
  assert.equal(names.length, 4);
  for (const name of names) {
    const path = join(directory, name);
    const content = readFileSync(path);
    for (let at = 0; at < content.length; at++) {
      const flipped = Buffer.from(content);
      flipped[at] ^= 1 << (at % 8);
      writeFileSync(path, flipped);
      assert.throws(() => store.load('best'), Pix2PixError, `${name}: bit ${at % 8} of byte ${at}`);
    }
    for (let length = 0; length < content.length; length += 7) {
      writeFileSync(path, content.subarray(0, length));
      assert.throws(() => store.load('best'), Pix2PixError, `${name}: cut to ${length} bytes`);
    }
    writeFileSync(path, Buffer.concat([content, Buffer.alloc(1)]));
    assert.throws(() => store.load('best'), Pix2PixError, `${name}: a byte longer`);
    writeFileSync(path, content);
    store.load('best').close();
  }
  const anyFlip = fc.tuple(fc.constantFrom(...names), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(7));
  fc.assert(
    fc.property(anyFlip, ([name, place, bit]) => {
      const path = join(directory, name);
      const content = readFileSync(path);
      const flipped = Buffer.from(content);
      flipped[Math.min(content.length - 1, Math.floor(place * content.length))] ^= 1 << bit;
      writeFileSync(path, flipped);
      assert.throws(() => store.load('best'), Pix2PixError);
      writeFileSync(path, content);
    }),
    { numRuns: 200 },
  );
});

test('a damaged latest gives way to previous, then to the newest whole one, and says so', () => {
  const { store, warnings, directory } = newStore();
  for (const epoch of [1, 2, 3]) store.save(['latest', String(epoch)], checkpoint(epoch), ['latest', '1']);
  truncateSync(join(directory, 'latest_net_D.safetensors'), 100);
  assert.equal(loadedEpoch(store), 2);
  assert.match(
    warnings[0],
    /latest: latest_net_D\.safetensors: it has 100 bytes, latest\.json says \d+\n[\s\S]*using previous instead \(epoch 2, iter/,
  );
  rmSync(join(directory, 'previous_state.safetensors'));
  const loaded = store.load(); // epochs 2 and 3 are whole, but only 1 kept its state
  loaded.close();
  assert.equal(loaded.tag, '1');
  assert.match(
    warnings[1],
    /previous: previous_state\.safetensors: .*no such file[\s\S]*3: .*no training state/,
  );
  rmSync(join(directory, '1.json'));
  assert.throws(
    () => store.load(),
    (error: Error) => {
      assert.ok(error instanceof Pix2PixError);
      for (const tag of ['latest', 'previous', '2', '3'])
        assert.ok(error.facts[`checkpoint ${tag}`] !== undefined, tag);
      return true;
    },
  );
  assert.throws(() => store.load('7'), /checkpoint 7 cannot be loaded[\s\S]*available +.*latest/);
  assert.throws(() => newStore().store.load(), /available +none[\s\S]*--continue_train/);
});

test('a damaged latest never takes the place of a good previous', () => {
  const { store, directory } = newStore();
  store.save(['latest'], checkpoint(1));
  store.save(['latest'], checkpoint(2));
  writeFileSync(
    join(directory, 'latest_net_G.safetensors'),
    readFileSync(join(directory, 'previous_net_G.safetensors')),
  );
  const later = newStore(directory); // knows nothing of what was written
  later.store.save(['latest'], checkpoint(3));
  assert.match(later.warnings[0], /latest is damaged and is not kept as previous: latest_net_G/);
  assert.equal(loadedEpoch(store), 3);
  assert.equal(loadedEpoch(store, 'previous'), 1);
});

test('a reader that meets a save in the middle gets the new checkpoint, without a warning', () => {
  const { store, directory } = newStore();
  store.save(['latest'], checkpoint(1));
  let saves = 0;
  const interrupted = newStore(directory, {
    ...nodeFileSystem,
    openSync: (path, flags) => {
      if (String(path).includes('net_G') && saves++ === 0) store.save(['latest'], checkpoint(2)); // after the manifest
      return nodeFileSystem.openSync(path, flags);
    },
  });
  assert.equal(loadedEpoch(interrupted.store), 2);
  assert.deepEqual(interrupted.warnings, []);
});

/** A file system on which one call, the n-th that changes something, fails with a code. */
function failAt(n: number, code: string): FileSystem & { calls: number } {
  const failing = { calls: 0, ...nodeFileSystem };
  const names = [
    'mkdirSync',
    'openSync',
    'writeSync',
    'fsyncSync',
    'closeSync',
    'linkSync',
    'renameSync',
  ] as const;
  for (const name of names) {
    const call = nodeFileSystem[name] as (...args: unknown[]) => unknown;
    const wrapped = (...args: unknown[]) => {
      if (failing.calls++ === n) throw Object.assign(new Error(code), { code, syscall: name });
      if (name === 'fsyncSync') return undefined; // thousands of real ones would take long
      return call(...args);
    };
    Object.assign(failing, { [name]: wrapped });
  }
  return failing;
}

for (const code of ['ENOSPC', 'EACCES']) {
  test(`${code} at any call is one clear error or a save, and nothing is lost or left behind`, () => {
    const start = newStore();
    start.store.save(['latest'], checkpoint(1));
    start.store.save(['latest', 'best'], checkpoint(2));
    for (let n = 0, isDone = false; !isDone; n++) {
      const directory = newFolder();
      cpSync(start.directory, directory, { recursive: true });
      const fs = failAt(n, code);
      let isSaved = true;
      try {
        newStore(directory, fs).store.save(['latest', 'best'], checkpoint(3));
      } catch (error) {
        assert.ok(error instanceof Pix2PixError && error.fix !== undefined, `call ${n}: ${error}`);
        isSaved = false;
      }
      isDone = fs.calls <= n;
      const { store, warnings } = newStore(directory);
      const epochs = [loadedEpoch(store), loadedEpoch(store, 'best')];
      for (const epoch of epochs) assert.ok(epoch === 3 || (epoch === 2 && !isSaved), `call ${n}: ${epochs}`);
      assert.deepEqual(warnings, []);
      store.save(['latest'], checkpoint(4));
      const leftovers = readdirSync(directory).filter((name) => name.endsWith('.tmp'));
      assert.deepEqual(leftovers, []);
      rmSync(directory, { recursive: true });
    }
  });
}

test('a nearly full disk is refused before anything is written', () => {
  const { store, directory } = newStore();
  store.save(['latest'], checkpoint(1));
  const before = readdirSync(directory);
  const full = { ...nodeFileSystem, statfsSync: () => ({ blocks: 100, bavail: 2, bsize: 4096 }) };
  const { store: poor } = newStore(directory, full as unknown as FileSystem);
  assert.throws(
    () => poor.save(['latest'], checkpoint(2)),
    /nearly full[\s\S]*needed[\s\S]*free +0\.0 MB[\s\S]*--keep_last/,
  );
  assert.deepEqual(readdirSync(directory), before);
  assert.equal(loadedEpoch(store), 1);
});

test('what stands in the way is named: a file for the folder, a folder for a file', () => {
  const path = newFolder();
  writeFileSync(path, '');
  assert.throws(() => newStore(path).store.save(['latest'], checkpoint(1)), Pix2PixError);
  assert.throws(
    () => newStore(join(path, 'run')).store.save(['latest'], checkpoint(1)),
    /is a file, not a folder/,
  );
  const { store, warnings, directory } = newStore();
  mkdirSync(join(directory, 'latest_net_G.safetensors'), { recursive: true });
  store.save(['latest'], checkpoint(1));
  assert.match(warnings[0], /latest_net_G\.safetensors \(EISDIR/);
  assert.equal(loadedEpoch(store), 1); // whole all the same
});

test('temporary files of dead processes go at the next save, those of others stay', () => {
  const { store, directory } = newStore();
  mkdirSync(directory);
  const dead = ['.latest_net_G.safetensors.4194999-00000000-1.tmp', `.5.json.${process.pid}-00000000-1.tmp`];
  const kept = [`.latest.json.${process.ppid}-00000000-1.tmp`, '.notes.txt.4194999-00000000-1.tmp', '.x.tmp'];
  for (const name of [...dead, ...kept]) writeFileSync(join(directory, name), '');
  store.save(['latest'], checkpoint(1));
  const hidden = readdirSync(directory).filter((name) => name.startsWith('.'));
  assert.deepEqual(hidden.sort(), kept.sort());
});

test('only names of checkpoints are taken, so none leads out of the folder', () => {
  const { store } = newStore();
  for (const tag of ['../x', 'a', '', 'iter_', 'latest_net_G', '5.json', '-1', 'constructor']) {
    assert.throws(() => store.load(tag), /no checkpoint can be called/);
    assert.throws(() => store.save([tag], checkpoint(1)), /no checkpoint can be called/);
  }
  assert.throws(() => store.save(['previous'], checkpoint(1)), RangeError);
});
