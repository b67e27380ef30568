import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { parseTrainOptions } from '../src/training/options.js';
import type { NamedFile, Picture } from '../web/train/pairSource.js';
import { webModule } from './webModule.js';

// What the training page makes of the folders that a person chooses.

let pairs: typeof import('../web/train/pairSource.js');
let folders: typeof import('../web/train/folderFiles.js');

before(async () => {
  pairs = await webModule('train/pairSource.ts');
  folders = await webModule('train/folderFiles.ts');
});

/** Files as a browser names them, each with its own byte. */
const files = (...names: string[]): NamedFile[] =>
  names.map((name, i) => ({ name, file: new Blob([Uint8Array.of(i)]) }));

/** Pictures of 8 by 4 pixels, all bytes that of the file; every decoding is noted. */
function reader() {
  const decoded: number[] = [];
  const decode = async (file: Blob): Promise<Picture> => {
    const [byte] = new Uint8Array(await file.arrayBuffer());
    decoded.push(byte);
    return { data: new Uint8Array(96).fill(byte), width: 8, height: 4, channels: 3 };
  };
  return { decoded, reader: { decode, resize: async (picture: Picture) => picture } };
}

const opt = parseTrainOptions(['--dataroot', 'x', '--preprocess', 'none', '--no_flip']);
const context = { epoch: 1, seed: 0 } as Parameters<ReturnType<typeof pairs.pairSource>['get']>[1];

test('hidden files and folders are no images, and of a data set its folder train is taken', async () => {
  const chosen = files(
    ...['set/train/b.png', 'set/train/.b.png', 'set/.thumbnails/a.png', 'set/.cache/train/c.png'],
    ...['set/val/b.png', 'set/train/deep/a.png', 'set/notes.txt', 'set/train/notes.txt'],
  );
  const source = pairs.pairSource(folders.sideBySide(chosen), opt, reader().reader);
  const names = await Promise.all(
    Array.from({ length: source.length }, async (_, i) => (await source.get(i, context)).APaths[0]),
  );
  assert.deepEqual(names, ['train/b.png', 'train/deep/a.png']);
});

test('files of one name in several folders are partners of those of the same folder', async () => {
  const A = files('A/x/1.png', 'A/y/1.png');
  const B = files('B/y/1.png', 'B/x/1.png');
  const source = pairs.pairSource(folders.twoFolders(A, B), opt, reader().reader);
  const bytes = await Promise.all(
    [0, 1].map(async (i) => {
      const { A, B } = await source.get(i, context);
      return [A.data[0], B.data[0]];
    }),
  );
  assert.deepEqual(bytes, [
    [0, 1],
    [1, 0],
  ]);
});

test('a run is what lies in the chosen folder itself', async () => {
  const chosen = files('checkpoints/latest.json', 'checkpoints/other/latest.json', 'checkpoints/other/a');
  assert.equal(folders.folderOf(chosen), 'checkpoints');
  const direct = folders.directFiles(chosen);
  assert.deepEqual(await direct.names(), ['latest.json']);
  assert.deepEqual(await direct.read('latest.json'), Uint8Array.of(0));
});

test('no more decoded images are kept than there is memory for', async () => {
  const { decoded, reader: counted } = reader();
  const chosen = folders.sideBySide(files('set/0.png', 'set/1.png', 'set/2.png'));
  const source = pairs.pairSource(chosen, opt, counted, 2 * 96); // room for two pairs of 96 bytes
  for (const index of [0, 1, 2, 0, 1, 2, 2]) await source.get(index, context);
  assert.deepEqual(decoded, [0, 1, 2, 2, 2]);
});
