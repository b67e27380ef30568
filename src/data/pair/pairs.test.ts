import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { listImages } from '../listing/listImages.js';
import { pathsOf } from '../listing/pathList.js';
import { findPairs, type ImagePair, pairAt } from './pairs.js';

const isWindows = process.platform === 'win32';

/** A folder with these files, removed after `use`. */
async function withFiles(names: string[], use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pix2pix-pairs-'));
  try {
    for (const name of names) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      if (!name.endsWith('/')) writeFileSync(join(folder, name), 'x');
      else mkdirSync(join(folder, name), { recursive: true });
    }
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const imagesIn = async (folder: string) => pathsOf((await listImages(folder)).images);

async function pairsOf(dataroot: string, phase: string): Promise<ImagePair[]> {
  const pairs = await findPairs(dataroot, phase);
  return Array.from({ length: pairs.length }, (_, i) => pairAt(pairs, i));
}

test('images are found in all folders, in code-point order whatever the locale', async () => {
  const names = [
    'b.jpg',
    'a/2.PNG',
    'a/10.png',
    'a.b/1.webp',
    'Z.tiff',
    'é.bmp',
    'ä/x.gif',
    'c.JPeG',
    'd.tif',
  ];
  const others = ['notes.txt', 'b.jpg.part', 'jpg', '._b.jpg', '.cache/1.jpg'];
  await withFiles([...names, ...others], async (folder) => {
    assert.deepEqual(await imagesIn(folder), [
      'Z.tiff',
      'a.b/1.webp',
      'a/10.png',
      'a/2.PNG',
      'b.jpg',
      'c.JPeG',
      'd.tif',
      'ä/x.gif',
      'é.bmp',
    ]);
  });
});

test('a folder named like an image is a folder', async () => {
  await withFiles(['x.jpg/', 'y.jpg/1.png'], async (folder) => {
    assert.deepEqual(await imagesIn(folder), ['y.jpg/1.png']);
  });
});

test('links are followed, loops end, dead links stay, pipes are passed over', {
  skip: isWindows,
}, async () => {
  await withFiles(['data/real.jpg', 'elsewhere/far.jpg', 'elsewhere/deep/far.jpg'], async (folder) => {
    const data = join(folder, 'data');
    symlinkSync(join(folder, 'elsewhere/far.jpg'), join(data, 'link.jpg'));
    symlinkSync(join(folder, 'elsewhere'), join(data, 'folder.jpg'));
    symlinkSync(data, join(folder, 'elsewhere/deep/loop'));
    symlinkSync(join(folder, 'nowhere'), join(data, 'dead.jpg'));
    symlinkSync('self.jpg', join(data, 'self.jpg'));
    execFileSync('mkfifo', [join(data, 'pipe.jpg')]);
    assert.deepEqual(await imagesIn(data), [
      'dead.jpg',
      'folder.jpg/deep/far.jpg',
      'folder.jpg/far.jpg',
      'link.jpg',
      'real.jpg',
      'self.jpg',
    ]);
  });
});

test('a phase folder holds pairs side by side', async () => {
  await withFiles(['train/2.jpg', 'train/1.jpg', 'trainA/9.jpg'], async (folder) => {
    const pairs = await pairsOf(folder, 'train');
    assert.deepEqual(pairs, [
      { layout: 'sideBySide', path: join(folder, 'train/1.jpg') },
      { layout: 'sideBySide', path: join(folder, 'train/2.jpg') },
    ]);
  });
});

test('two folders are matched by name, then by name without extension', async () => {
  const names = ['valA/1.jpg', 'valA/2.jpg', 'valA/s/3.png', 'valB/1.jpg', 'valB/2.png', 'valB/s/3.png'];
  await withFiles([...names, 'val/'], async (folder) => {
    const pairs = await pairsOf(folder, 'val');
    assert.deepEqual(
      pairs.map((pair) => {
        assert.equal(pair.layout, 'separate');
        return [relative(folder, pair.A.path), relative(folder, pair.B.path)];
      }),
      [
        [join('valA', '1.jpg'), join('valB', '1.jpg')],
        [join('valA', '2.jpg'), join('valB', '2.png')],
        [join('valA', 's', '3.png'), join('valB', 's', '3.png')],
      ],
    );
  });
});

test('accents written in two ways are one name; where two names look equal the message tells them apart', {
  skip: process.platform === 'darwin' && 'its file system takes both for one',
}, async () => {
  const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
  await withFiles([`trainA/${composed}.png`, `trainB/${decomposed}.png`], async (folder) => {
    assert.deepEqual(await pairsOf(folder, 'train'), [
      {
        layout: 'separate',
        A: { path: join(folder, 'trainA', `${composed}.png`), beside: [] },
        B: { path: join(folder, 'trainB', `${decomposed}.png`), beside: [] },
      },
    ]);
  });
  const twins = [`trainA/${composed}.png`, `trainA/${decomposed}.png`, `trainB/${decomposed}.png`];
  await withFiles(twins, async (folder) => {
    assert.match(await message(folder), /trainA +caf\u00e9\.png \(caf\\u00e9\.png\)\n/);
  });
});

async function message(dataroot: string, phase = 'train'): Promise<string> {
  const error = await findPairs(dataroot, phase).then(
    () => assert.fail('no error'),
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof Pix2PixError, String(error));
  return error.message;
}

test('unmatched names are listed, from both sides', async () => {
  const many = Array.from({ length: 14 }, (_, i) => `trainB/only${i}.jpg`);
  const names = ['trainA/1.jpg', 'trainA/2.jpg', 'trainB/1.jpg', ...many];
  await withFiles(names, async (folder) => {
    const text = await message(folder);
    assert.match(text, /without a partner/);
    assert.match(text, /trainA +2\.jpg\n/);
    assert.match(text, /only0\.jpg, only1\.jpg, only10\.jpg.* and 4 more/);
    assert.doesNotMatch(text, /[ ,]1\.jpg/);
    assert.doesNotMatch(text, /cycle_gan/);
  });
  await withFiles(['trainA/1_A.jpg', 'trainA/2_A.jpg', 'trainB/1_B.jpg'], async (folder) => {
    assert.match(await message(folder), /same name; images that are no pairs are for --model cycle_gan/);
  });
});

test('a name that fits two partners is no match, and no file is dropped silently', async () => {
  await withFiles(['trainA/1.jpg', 'trainB/1.png', 'trainB/1.bmp'], async (folder) => {
    assert.match(await message(folder), /trainB +1\.bmp, 1\.png/);
  });
  await withFiles(['trainA/1.jpg', 'trainB/1.jpg', 'trainB/1.png'], async (folder) => {
    assert.match(await message(folder), /trainB +1\.png/);
  });
  await withFiles(['trainA/1.jpg', 'trainA/1.png', 'trainB/1.bmp'], async (folder) => {
    assert.match(await message(folder), /trainA +1\.png/);
  });
});

test('a data root without images says what was looked for', async () => {
  await withFiles(
    ['train/', 'other/1.jpg', 'valA/1.jpg', 'testA/', 'testB/1.jpg', 'file.jpg'],
    async (folder) => {
      assert.match(await message(folder), /holds no images[\s\S]*\.jpg \.jpeg \.png/);
      assert.match(
        await message(folder, 'demo'),
        /no images for phase 'demo'[\s\S]*demoA and [\s\S]*found +images in/,
      );
      assert.match(await message(folder, 'val'), /missing +\S*valB/);
      assert.match(await message(folder, 'test'), /holds no images[\s\S]*testA/);
      assert.match(await message(join(folder, 'absent')), /is no folder[\s\S]*absent[\s\S]*--dataroot/);
      assert.match(await message(join(folder, 'file.jpg')), /is no folder/);
    },
  );
});
