import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/tinyRun.js';
import { listImages } from '../data/listing/listImages.js';
import { pathsOf } from '../data/listing/pathList.js';
import { nameInFolders } from '../data/pair/nameInFolders.js';
import { readRaster } from '../data/raster/readRaster.js';
import { parseTestOptions } from './options.js';
import { ResultFiles } from './resultFiles.js';

const folder = temporaryFolder();

test('targets of one name keep files of their own, in the folders of the data set', async () => {
  const data = join(folder, 'data', 'testB');
  const targets = ['a/1.png', 'b/1.png', 'b/1.jpg', 'B/1.tif', '1.png'];
  const opt = parseTestOptions(['--name', 'x', '--output_nc', '1']);
  const files = new ResultFiles(folder, [{ folder: data }], { ...opt, resultFormat: 'npy' }, assert.fail);
  for (const [i, target] of targets.entries()) {
    const made = { data: Float32Array.of(i / 10), shape: [1, 1, 1, 1] } as const;
    files.add(made, { A: made, B: made, APaths: [''], BPaths: [join(data, target)] });
  }
  const written = pathsOf((await listImages(join(folder, 'results'))).images);
  const numbers = await Promise.all(
    written.map(async (path) => (await readRaster(join(folder, 'results', path), path)).data[0]),
  );
  const found = Object.fromEntries(written.map((path, i) => [path, numbers[i]]));
  const level = (i: number) => Math.round(((i / 10 + 1) / 2) * 255);
  const names = ['a/1.npy', 'b/1.npy', 'b/1-2.npy', 'B/1-3.npy', '1.npy'];
  assert.deepEqual(found, Object.fromEntries(names.map((name, i) => [name, level(i)])));
});

test('a format that leaves little of a range of fractions is told once, with those that keep them', () => {
  const said = (format: 'png' | 'npy' | 'tiff', range: string) => {
    const notes: string[] = [];
    const opt = parseTestOptions(['--name', 'x', '--output_nc', '1', '--value_range', range]);
    const files = new ResultFiles(temporaryFolder(), [], { ...opt, resultFormat: format }, (text) =>
      notes.push(text),
    );
    const made = { data: Float32Array.of(0.2), shape: [1, 1, 1, 1] } as const;
    for (const name of ['1.png', '2.png'])
      files.add(made, { A: made, B: made, APaths: [''], BPaths: [name] });
    return notes;
  };
  assert.deepEqual(said('png', '0,1'), [
    'warning: the result is rounded to whole numbers, of which 0 to 1 has 2; --result_format tiff and npy keep fractions',
  ]);
  assert.deepEqual([said('npy', '0,1'), said('tiff', '0,1'), said('png', '0,255')], [[], [], []]);
});

test('a file of no folder of the set is called by its name alone', () => {
  const folders = [{ folder: join('data', 'testA') }, { folder: join('data', 'testB') }];
  assert.equal(nameInFolders(join('data', 'testB', 'x', '1.png'), folders), 'x/1');
  assert.equal(nameInFolders(join('data', 'testB', '..odd', '1.png'), folders), '..odd/1');
  assert.equal(nameInFolders(join('elsewhere', 'x', '1.png'), folders), '1');
});
