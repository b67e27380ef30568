import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { listImages } from './listImages.js';
import { imagesAmong, inWords } from './passedOver.js';
import { pathsOf } from './pathList.js';

const skip = process.platform === 'win32' && 'no lists are kept on Windows';
const NAMES = ['1.jpg', '2.jpg', 's/1.jpg', 's/t/é.jpg'];

/** A folder of images, and one for lists, which are kept of any folder at once; removed after `use`. */
async function withImages(use: (folder: string, indexes: string) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'pix2pix-list-'));
  try {
    for (const name of NAMES) {
      mkdirSync(dirname(join(home, 'data', name)), { recursive: true });
      writeFileSync(join(home, 'data', name), 'x');
    }
    tick();
    await use(join(home, 'data'), join(home, 'lists'));
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** Waits for longer than the grain of a file system's clock (10 ms at most on Linux), so that what changes next gets another time. */
function tick(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}

async function list(folder: string, indexes: string): Promise<string[]> {
  return pathsOf((await listImages(folder, { indexes, worthKeeping: 1, rest: 0 })).images);
}

const fileIn = (indexes: string) => join(indexes, readdirSync(indexes)[0]);

/** Replaces bytes of the kept list. Where they tell a story that holds together, it is what the next start sees. */
function forge(indexes: string, from: string, to: string): void {
  const kept = readFileSync(fileIn(indexes));
  const at = kept.lastIndexOf(from);
  assert.ok(at > 0 && from.length === to.length);
  kept.write(to, at, 'latin1');
  writeFileSync(fileIn(indexes), kept);
}

test('a list is kept, and the next start takes it without reading the folder', { skip }, async () => {
  await withImages(async (folder, indexes) => {
    assert.deepEqual(await list(folder, indexes), NAMES);
    assert.deepEqual(await list(folder, indexes), NAMES);
    forge(indexes, '2.jpg', '7.jpg');
    assert.deepEqual(await list(folder, indexes), ['1.jpg', '7.jpg', ...NAMES.slice(2)]);
  });
});

test('other files are counted by their endings, in a kept list too; hidden ones are not', {
  skip,
}, async () => {
  await withImages(async (folder, indexes) => {
    for (const name of ['a.txt', 's/b.TXT', 's/t/c', 'd.heic', '.hidden.txt'])
      writeFileSync(join(folder, name), '');
    await tick();
    for (let i = 0; i < 2; i++) {
      const { passedOver } = await listImages(folder, { indexes, worthKeeping: 1, rest: 0 });
      assert.deepEqual(passedOver, { '.txt': 2, '': 1, '.heic': 1 });
      assert.equal(
        inWords(passedOver),
        '4 files are no images by their names and were passed over: 2 .txt, 1 without an ending, 1 .heic',
      );
    }
    assert.equal(readdirSync(indexes).length, 1);
  });
});

test('of many endings the most frequent are named', () => {
  const names = Array.from({ length: 300 }, (_, i) => `x.${i % 150}`).concat(['y.1']);
  const { images, passedOver } = imagesAmong([...names, 'z.PPM']);
  assert.deepEqual(images, ['z.PPM']);
  assert.ok(Object.keys(passedOver).length <= 101);
  assert.equal(passedOver.others, 100);
  assert.equal(
    inWords(passedOver),
    '301 files are no images by their names and were passed over: 100 others, 3 .1, 2 .0, 2 .10, 2 .11, 192 others',
  );
  assert.equal(inWords({}), undefined);
  assert.equal(inWords({ '.txt': 1 }), '1 file is no image by its name and was passed over: 1 .txt');
});

const changes: Record<string, (folder: string) => void> = {
  'a new file': (folder) => writeFileSync(join(folder, '3.jpg'), 'x'),
  'a new file in a folder below': (folder) => writeFileSync(join(folder, 's/t/3.jpg'), 'x'),
  'a file less': (folder) => unlinkSync(join(folder, 's/1.jpg')),
  'another name': (folder) => renameSync(join(folder, '2.jpg'), join(folder, '3.jpg')),
  'another file of the same name': (folder) => {
    unlinkSync(join(folder, '2.jpg'));
    mkdirSync(join(folder, '2.jpg'));
  },
  'a folder less': (folder) => rmSync(join(folder, 's/t'), { recursive: true }),
  'another folder in its place': (folder) => {
    renameSync(join(folder, 's/t'), join(folder, '../away'));
    mkdirSync(join(folder, 's/t'));
  },
  'a file moved within': (folder) => renameSync(join(folder, 's/1.jpg'), join(folder, 's/t/1.jpg')),
};
for (const [what, change] of Object.entries(changes)) {
  test(`${what} makes a kept list worthless`, { skip }, async () => {
    await withImages(async (folder, indexes) => {
      assert.deepEqual(await list(folder, indexes), NAMES);
      change(folder);
      tick();
      const after = await list(folder, join(indexes, 'other'));
      assert.deepEqual(await list(folder, indexes), after);
      assert.deepEqual(await list(folder, indexes), after);
    });
  });
}

test('a folder behind a link is watched too, and the other one that the link may lead to later', {
  skip,
}, async () => {
  await withImages(async (folder, indexes) => {
    const [one, two, link] = [join(folder, '../one'), join(folder, '../two'), join(folder, '../hop')];
    for (const [place, name] of [
      [one, 'a.jpg'],
      [two, 'b.jpg'],
    ]) {
      mkdirSync(place);
      writeFileSync(join(place, name), 'x');
    }
    symlinkSync(one, link);
    symlinkSync(link, join(folder, 'z'));
    tick();
    assert.deepEqual(await list(folder, indexes), [...NAMES, 'z/a.jpg']);
    writeFileSync(join(one, 'c.jpg'), 'x');
    tick();
    assert.deepEqual(await list(folder, indexes), [...NAMES, 'z/a.jpg', 'z/c.jpg']);
    unlinkSync(link);
    symlinkSync(two, link);
    assert.deepEqual(await list(folder, indexes), [...NAMES, 'z/b.jpg']);
  });
});

test('no list is kept of few images, of a folder just changed, or of links that may come to lead elsewhere', {
  skip,
}, async () => {
  await withImages(async (folder, indexes) => {
    await listImages(folder, { indexes, rest: 0 });
    await listImages(folder, { indexes, worthKeeping: 1 });
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dead.jpg'));
    tick();
    assert.deepEqual(await list(folder, indexes), ['1.jpg', '2.jpg', 'dead.jpg', ...NAMES.slice(2)]);
    assert.equal(existsSync(indexes), false);
  });
});

test('where no list can be kept, images are found all the same', async () => {
  await withImages(async (folder, indexes) => {
    writeFileSync(indexes, 'a file where the folder should be');
    assert.deepEqual(await list(folder, indexes), NAMES);
    assert.deepEqual(await list(folder, '/proc/nowhere/lists'), NAMES); // where Node's recursive mkdir never returns
  });
});

test('lists of a few folders are kept, not of all there ever were', { skip }, async () => {
  await withImages(async (folder, indexes) => {
    mkdirSync(indexes);
    for (let i = 0; i < 12; i++) writeFileSync(join(indexes, `${i}.list`), 'x');
    writeFileSync(join(indexes, 'other'), 'not ours');
    tick();
    await list(folder, indexes);
    assert.equal(readdirSync(indexes).length, 8 + 1);
    assert.ok(
      readdirSync(indexes).some((name) => /^[0-9a-f]{32}\.list$/.test(name)),
      'the newest stays',
    );
  });
});

test('a kept list that is hostile is as good as none', { skip }, async () => {
  await withImages(async (folder, indexes) => {
    await list(folder, indexes);
    const file = fileIn(indexes);
    const honest = readFileSync(file);
    const sees = async (contents: Uint8Array, why: string) => {
      writeFileSync(file, contents);
      assert.deepEqual(await list(folder, indexes), NAMES, why);
    };
    for (const [from, to] of [
      ['s/t/é.jpg', '../../x.jp'],
      ['s/1.jpg', '/etc/pw'],
      ['s/1.jpg', 's/../..'],
      ['s/1.jpg', 's//1.jp'],
      ['s/1.jpg', 's/1.jp/'],
      ['s/1.jpg', 's/\0.jpg'],
      ['2.jpg', '1.jpg'],
      ['2.jpg', '0.jpg'],
    ]) {
      const forged = Buffer.from(honest);
      forged.write(to, forged.lastIndexOf(from));
      await sees(forged, `${from} → ${to}`);
    }
    await sees(honest.subarray(0, -1), 'cut off');
    await sees(honest.subarray(0, 7), 'cut off in the prefix');
    await sees(Buffer.concat([honest, honest]), 'too long');
    await sees(Buffer.alloc(honest.length), 'zeros');
    for (const [word, value] of [
      [1, 0xffff_ffff],
      [2, 0xffff_ffff],
      [2, 0],
      [3, 0],
    ]) {
      const forged = Buffer.from(honest);
      forged.writeUInt32LE(value, 4 * word);
      await sees(forged, `word ${word} is ${value}`);
    }
    rmSync(file);
    execFileSync('mkfifo', [file]);
    assert.deepEqual(await list(folder, indexes), NAMES, 'a pipe is not waited for');
  });
});

test('whatever is done to a kept list, no name leads out of the folder, and nothing is thrown', {
  skip,
}, async () => {
  await withImages(async (folder, indexes) => {
    await list(folder, indexes);
    const file = fileIn(indexes);
    const honest = readFileSync(file);
    const byte = fc.oneof(fc.constantFrom(0, 0x2e, 0x2f, 0xff), fc.nat(255));
    const edits = fc.array(fc.tuple(fc.nat(honest.length - 1), byte), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(edits, async (all) => {
        const forged = Buffer.from(honest);
        for (const [at, value] of all) forged[at] = value;
        writeFileSync(file, forged);
        const names = await list(folder, indexes);
        assert.equal(names.length, NAMES.length);
        for (const name of names)
          assert.ok(name.split('/').every((part) => part !== '' && !part.startsWith('.')));
      }),
      { numRuns: 300 },
    );
  });
});

test('real folders are entered before links to them, in whatever order they are met', { skip }, async () => {
  await withImages(async (folder, indexes) => {
    for (const name of ['a', 'm', 'zz']) symlinkSync(join(folder, 's'), join(folder, name));
    symlinkSync(join(folder, 's/t'), join(folder, '0'));
    tick();
    assert.deepEqual(await list(folder, indexes), NAMES);
  });
});

test('progress is told while other work on the thread goes on', async () => {
  await withImages(async (folder) => {
    for (let i = 0; i < 3000; i++) linkSync(join(folder, '1.jpg'), join(folder, `n${i}.jpg`));
    let turns = 0;
    const told: [string, number][] = [];
    const other = setImmediate(function again() {
      turns++;
      setImmediate(again).unref();
    });
    const found = await listImages(folder, { patience: 0, onProgress: (text) => told.push([text, turns]) });
    clearImmediate(other);
    assert.equal(found.images.length, 3000 + NAMES.length);
    assert.match(told[0][0], /^looking for images in .*data: [\d,]+ so far$/);
    assert.ok(turns > told[0][1], 'the scan let others work');
  });
});
