import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import type { Progress } from '../../base/progress.js';
import { FACADE_COLOURS } from './facade/labels.js';
import { renderFacade } from './facade/renderFacade.js';
import { splitCounts } from './facadeManifest.js';
import { synthesizeFacades } from './synthesizeFacades.js';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'synthesize-'));
});
after(() => rm(root, { recursive: true }));

test('makes the whole set, and the files hold what renderFacade draws, photograph on the left', async () => {
  const out = join(root, 'deep', 'set');
  const seen: Progress[] = [];
  const result = await synthesizeFacades({
    out,
    count: 10,
    size: 64,
    seed: 5,
    onProgress: (p) => seen.push(p),
  });
  assert.equal(result.written, true);
  assert.deepEqual((await readdir(out)).sort(), ['dataset.json', 'test', 'train', 'val']);
  assert.deepEqual((await readdir(join(out, 'train'))).length, 8);
  assert.deepEqual(await readdir(join(out, 'val')), ['0009.png']);
  assert.deepEqual(await readdir(join(out, 'test')), ['0010.png']);
  assert.deepEqual([seen.length, seen[9].done, seen[9].total], [10, 10, 10]);

  const { data, info } = await sharp(join(out, 'val', '0009.png'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height, info.channels], [128, 64, 3]);
  const { photo, label } = renderFacade(5, 8, 64);
  for (const y of [0, 31, 63]) {
    assert.deepEqual(
      data.subarray(y * 384, y * 384 + 192),
      Buffer.from(photo.subarray(y * 192, (y + 1) * 192)),
    );
    assert.deepEqual(
      data.subarray(y * 384 + 192, (y + 1) * 384),
      Buffer.from(label.subarray(y * 192, (y + 1) * 192)),
    );
  }
  assert.deepEqual(await readdir(join(root, 'deep')), ['set'], 'nothing temporary stays');
});

test('threads change nothing: the same bytes from one and from two, which listen to a signal once', async () => {
  const [one, two] = [join(root, 'one'), join(root, 'two')];
  const { signal } = new AbortController();
  const listeners = new Set<number>();
  const onProgress = () => listeners.add(getEventListeners(signal, 'abort').length);
  await synthesizeFacades({ out: one, count: 24, size: 64, seed: 3, threads: 1 });
  await synthesizeFacades({ out: two, count: 24, size: 64, seed: 3, threads: 2, onProgress, signal });
  assert.deepEqual([...listeners], [1], 'Node warns of more than ten');
  for (const name of await readdir(one, { recursive: true })) {
    if (!name.includes('.')) continue;
    assert.deepEqual(await readFile(join(one, name)), await readFile(join(two, name)), name);
  }
});

test('a second run does nothing, completes a set with a file missing only when asked to, and never touches other files', async () => {
  const out = join(root, 'again');
  const make = (more = {}) => synthesizeFacades({ out, count: 3, size: 64, ...more });
  await make();
  assert.equal((await make()).written, false);
  await assert.rejects(make({ seed: 9 }), /another synthetic set[\s\S]*--overwrite/);
  await rm(join(out, 'val', '0002.png'));
  await assert.rejects(make(), /another synthetic set/);
  assert.equal((await make({ overwrite: true })).written, true);
  assert.equal((await make({ overwrite: true })).written, false);
  await writeFile(join(out, 'train', 'holiday.jpg'), 'mine');
  await assert.rejects(make({ overwrite: true, seed: 2 }), /other files[\s\S]*train\/holiday\.jpg/);
  assert.equal(await readFile(join(out, 'train', 'holiday.jpg'), 'utf8'), 'mine');
});

test('a folder of something else is refused even with --overwrite; an empty one is used', async () => {
  const out = join(root, 'mine');
  await mkdir(out);
  await writeFile(join(out, 'thesis.tex'), 'years');
  await assert.rejects(
    synthesizeFacades({ out, count: 1, size: 64, overwrite: true }),
    /holds other files[\s\S]*thesis/,
  );
  await rm(join(out, 'thesis.tex'));
  assert.equal((await synthesizeFacades({ out, count: 1, size: 64 })).written, true);
});

test('numbers out of range, a file in the way and an abort leave nothing behind', async () => {
  const out = join(root, 'bad');
  await assert.rejects(synthesizeFacades({ out, count: 0 }), /count is out of range[\s\S]*1 \.\.\. 100000/);
  await assert.rejects(synthesizeFacades({ out, count: 1, size: 2048 }), /size is out of range/);
  await assert.rejects(synthesizeFacades({ out, count: 1, seed: 0.5 }), /seed is out of range/);
  await writeFile(join(root, 'file'), '');
  await assert.rejects(synthesizeFacades({ out: join(root, 'file'), count: 1 }), /is a file, not a folder/);
  const stop = new AbortController();
  const onProgress = () => stop.abort(new Error('stopped'));
  await assert.rejects(
    synthesizeFacades({ out, count: 4, size: 64, onProgress, signal: stop.signal }),
    /stopped/,
  );
  assert.equal(
    (await readdir(root)).some((name) => name.startsWith('bad')),
    false,
  );
});

test('splits add up, and each has an image from three on', () => {
  assert.deepEqual(splitCounts(1), { train: 1, val: 0, test: 0 });
  assert.deepEqual(splitCounts(2), { train: 1, val: 1, test: 0 });
  assert.deepEqual(splitCounts(400), { train: 320, val: 40, test: 40 });
  for (let count = 3; count < 60; count++) {
    const { train, val, test } = splitCounts(count);
    assert.equal(train + val + test, count);
    assert.ok(Math.min(train, val, test) >= 1);
  }
});

test('label colours are at least 55 apart', () => {
  const colours = Object.values(FACADE_COLOURS);
  for (const [i, a] of colours.entries()) {
    for (const b of colours.slice(i + 1)) {
      assert.ok(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) >= 55, `${a} and ${b}`);
    }
  }
});
