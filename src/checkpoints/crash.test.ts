import assert from 'node:assert/strict';
import fs, { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { type FileSystem, nodeFileSystem } from '../base/files/fileSystem.js';
import { RandomStream } from '../base/random/stream.js';
import type { NamedTensors } from './format/dtype.js';
import { CheckpointStore } from './store.js';

const root = mkdtempSync(join(tmpdir(), 'crash-test-'));
after(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(root, String(++folders));

function tensors(version: number): NamedTensors {
  const data = new Float32Array(5).fill(version);
  return new Map([['w', { dtype: 'F32', shape: [5], data }]]);
}

/** A checkpoint that has its version in every part. */
function save(store: CheckpointStore, tags: string[], version: number): void {
  store.save(tags, {
    epoch: version,
    totalIters: version,
    options: { version },
    networks: { G: tensors(version), D: tensors(version) },
    state: { tensors: tensors(version), json: { version } },
  });
}

/** The version that a tag loads, the same in every part of it and without a fallback; undefined if there is none. */
function versionOf(directory: string, tag: string): number | undefined {
  const store = new CheckpointStore(directory, { onWarning: (message) => assert.fail(message) });
  if (store.list().every((listed) => listed.tag !== tag)) return undefined;
  const state = tag === 'latest' || tag === 'previous';
  const loaded = store.load(tag, { networks: ['G', 'D'], state });
  const values = [
    loaded.manifest.epoch,
    loaded.manifest.totalIters,
    loaded.manifest.options.version as number,
  ];
  for (const file of loaded.networks.values()) values.push(...(file.read('w').data as Float32Array));
  if (loaded.state !== undefined) {
    values.push(...(loaded.state.tensors.read('w').data as Float32Array));
    values.push((loaded.state.json as { version: number }).version);
  }
  loaded.close();
  assert.equal(new Set(values).size, 1, `${tag} is a mix of ${values}`);
  return values[0];
}

class Crash extends Error {}

/** Carries out `calls` changes of the disk, then half of the next write or nothing, then nothing ever again. */
function crashAfter(calls: number, overrides: Partial<FileSystem> = {}): FileSystem & { calls: number } {
  const changing = [
    'openSync',
    'writeSync',
    'fsyncSync',
    'renameSync',
    'linkSync',
    'unlinkSync',
    'copyFileSync',
  ];
  const crashing = { calls: 0, ...nodeFileSystem, ...overrides };
  for (const name of Object.keys(nodeFileSystem) as (keyof FileSystem)[]) {
    const call = crashing[name] as (...args: unknown[]) => unknown;
    if (typeof call !== 'function') continue;
    Object.assign(crashing, {
      [name]: (...args: unknown[]) => {
        if (crashing.calls > calls) throw new Crash();
        if (changing.includes(name) && ++crashing.calls > calls) {
          if (name === 'writeSync') call(args[0], args[1], args[2], Math.floor((args[3] as number) / 2));
          throw new Crash();
        }
        return name === 'fsyncSync' ? undefined : call(...args); // thousands of real ones would take long
      },
    });
  }
  return crashing;
}

const noLinks: Partial<FileSystem> = {
  linkSync: () => {
    throw Object.assign(new Error('not supported'), { code: 'ENOTSUP', syscall: 'link' });
  },
};

const scenarios: [title: string, before: string[][], tags: string[], overrides?: Partial<FileSystem>][] = [
  ['the first checkpoint', [], ['latest']],
  ['the second', [['latest']], ['latest']],
  ['latest, a numbered one and best at once', [['latest'], ['latest', 'best']], ['latest', '5', 'best']],
  ['the same without hard links', [['latest', 'best'], ['latest']], ['best', 'latest', '5'], noLinks],
];

for (const [title, before, tags, overrides] of scenarios) {
  test(`a crash at any call while saving ${title} leaves the old or the new, and the next save heals`, () => {
    const start = newFolder();
    mkdirSync(start);
    const old = new CheckpointStore(start);
    before.forEach((earlier, i) => {
      save(old, earlier, i + 1);
    });
    const version = before.length + 1;
    const allTags = ['latest', 'previous', 'best', '5'];
    const olds = new Map(allTags.map((tag) => [tag, versionOf(start, tag)]));
    const seen = new Set<string>();
    for (let calls = 0, isDone = false; !isDone; calls++) {
      const directory = newFolder();
      cpSync(start, directory, { recursive: true });
      const crashing = crashAfter(calls, overrides);
      try {
        save(new CheckpointStore(directory, { fs: crashing }), tags, version);
      } catch (error) {
        assert.ok(error instanceof Crash, String(error));
      }
      isDone = crashing.calls <= calls;
      for (const tag of tags) {
        const found = versionOf(directory, tag);
        assert.ok(found === version || found === olds.get(tag), `${tag} is ${found} after ${calls} calls`);
        seen.add(`${tag} ${found}`);
        if (isDone) assert.equal(found, version);
      }
      const expectedPrevious = [olds.get('previous'), olds.get('latest')];
      assert.ok(expectedPrevious.includes(versionOf(directory, 'previous')));
      const latest = versionOf(directory, 'latest');
      save(new CheckpointStore(directory), ['latest'], version + 1);
      assert.equal(versionOf(directory, 'latest'), version + 1);
      assert.equal(versionOf(directory, 'previous'), latest);
      assert.deepEqual(
        readdirSync(directory).filter((name) => name.includes('.tmp')),
        [],
      );
      rmSync(directory, { recursive: true });
    }
    for (const tag of tags) assert.ok(seen.has(`${tag} ${olds.get(tag)}`) && seen.has(`${tag} ${version}`));
  });
}

test('crash after crash never loses the last checkpoint', () => {
  const random = new RandomStream(6, 'crash');
  for (let round = 0; round < 12; round++) {
    const directory = newFolder();
    let last: number | undefined;
    for (let version = 1; version <= 8; version++) {
      const tags = ['latest', 'best', '5'].slice(0, 1 + random.integer(3));
      try {
        save(new CheckpointStore(directory, { fs: crashAfter(random.integer(90)) }), tags, version);
      } catch (error) {
        assert.ok(error instanceof Crash, String(error));
      }
      const found = versionOf(directory, 'latest');
      assert.ok(found === version || found === last);
      last = found;
    }
  }
});

/**
 * A disk that remembers which changes of the folder are sure to last. What was not synced may be lost in any
 * combination when the power goes (POSIX promises no order), and a file that was not synced is then empty.
 */
class Disk {
  private readonly lasting = new Map<string, { content: Buffer }>();
  private readonly current = new Map<string, { content: Buffer }>();
  private pending: (readonly [name: string, inode: { content: Buffer } | undefined][])[] = [];
  private readonly open = new Map<number, string>();
  onChange = () => {};

  readonly fs: FileSystem = {
    ...nodeFileSystem,
    openSync: ((path: string, flags: string) => {
      const descriptor = fs.openSync(path, flags);
      this.open.set(descriptor, path);
      if (flags === 'wx') this.change([[basename(path), { content: Buffer.alloc(0) }]]);
      return descriptor;
    }) as typeof fs.openSync,
    fsyncSync: (descriptor) => {
      const path = this.open.get(descriptor)!;
      const inode = this.current.get(basename(path));
      if (inode !== undefined) inode.content = fs.readFileSync(path);
      else this.syncFolder();
      this.onChange();
    },
    renameSync: (from, to) => {
      fs.renameSync(from, to);
      const [source, target] = [basename(String(from)), basename(String(to))];
      const inode = this.current.get(source);
      if (inode !== this.current.get(target))
        this.change([
          [source, undefined],
          [target, inode],
        ]);
    },
    linkSync: (from, to) => {
      fs.linkSync(from, to);
      this.change([[basename(String(to)), this.current.get(basename(String(from)))]]);
    },
    unlinkSync: (path) => {
      fs.unlinkSync(path);
      this.change([[basename(String(path)), undefined]]);
    },
  };

  /** Lays out what may be left after a power cut now: what lasts, and of the rest what `isKept` says. */
  layOut(directory: string, isKept: () => boolean): void {
    const image = new Map(this.lasting);
    for (const update of this.pending) if (isKept()) apply(image, update);
    mkdirSync(directory);
    for (const [name, { content }] of image) writeFileSync(join(directory, name), content);
  }

  private change(update: (readonly [string, { content: Buffer } | undefined])[]): void {
    const copy = update.map(([name, inode]) => [name, inode] as [string, { content: Buffer } | undefined]);
    apply(this.current, copy);
    this.pending.push(copy);
    this.onChange();
  }

  private syncFolder(): void {
    for (const update of this.pending) apply(this.lasting, update);
    this.pending = [];
  }
}

function apply<T>(map: Map<string, T>, update: readonly (readonly [string, T | undefined])[]): void {
  for (const [name, value] of update) {
    if (value === undefined) map.delete(name);
    else map.set(name, value);
  }
}

test('a power cut at any moment, whatever of the unsynced changes it keeps, leaves the old or the new', () => {
  const disk = new Disk();
  const random = new RandomStream(1, 'power');
  const directory = newFolder();
  const store = new CheckpointStore(directory, { fs: disk.fs });
  const seen = new Set<number>();
  const allowed = new Map<string, (number | undefined)[]>([['latest', [undefined, 0]]]);
  disk.onChange = () => {
    for (const share of [0, 0.3, 0.7, 1]) {
      const image = newFolder();
      disk.layOut(image, () => random.uniform() < share);
      for (const [tag, versions] of allowed) {
        const found = versionOf(image, tag);
        assert.ok(versions.includes(found), `${tag} is ${found}, not one of ${versions}`);
        if (found !== undefined) seen.add(found);
      }
      rmSync(image, { recursive: true });
    }
  };
  save(store, ['latest'], 0);
  for (let version = 1; version <= 3; version++) {
    allowed.set('latest', [version - 1, version]);
    allowed.set('best', [version === 1 ? undefined : version - 1, version]);
    save(store, ['latest', 'best'], version);
    const image = newFolder();
    disk.layOut(image, () => false); // what is saved lasts
    assert.deepEqual([versionOf(image, 'latest'), versionOf(image, 'best')], [version, version]);
    assert.equal(versionOf(image, 'previous'), version - 1);
  }
  assert.deepEqual([...seen].sort(), [0, 1, 2, 3]);
});
