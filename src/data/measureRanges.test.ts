import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/tinyRun.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { parseTrainOptions } from '../training/options.js';
import type { Batch } from './batch/sample.js';
import { createDataset } from './createDataset.js';
import type { Dataset } from './loading/dataset.js';
import { measureRanges } from './measureRanges.js';
import { encodeNumbers } from './raster/encodeNumbers.js';
import type { NumberArray } from './raster/raster.js';

const folder = temporaryFolder();

/** Writes an image of 2 × 2 pixels. */
function write(path: string, data: NumberArray, palette?: Uint8Array): void {
  const place = join(folder, path);
  mkdirSync(dirname(place), { recursive: true });
  const format = path.endsWith('.npy') ? 'npy' : 'png';
  writeFileSync(
    place,
    encodeNumbers({ data, width: 2, height: 2, channels: data.length / 4, palette }, format),
  );
}

const optionsOf = (dataroot: string, ...more: string[]) =>
  parseTrainOptions([
    '--dataroot',
    join(folder, dataroot),
    '--preprocess',
    'none',
    '--num_threads',
    '0',
    ...more,
  ]);

async function firstOf(dataset: Dataset): Promise<Batch> {
  for await (const batch of dataset) return batch;
  return assert.fail('it is empty');
}

test('ranges are those of all images of a side, each channel of many by itself', async () => {
  write('two/trainA/1.npy', Float32Array.of(0, -3, 1, 0, 2, 0, 3, 5));
  write('two/trainA/2.npy', Float32Array.of(0, 0, 1, 9, 2, 0, 30, 5));
  write('two/trainB/1.png', Uint16Array.of(7, 100, 4000, 0));
  write('two/trainB/2.png', Uint16Array.of(5, 100, 4095, 1));
  const opt = optionsOf('two', '--input_nc', '2', '--output_nc', '1', '--value_range', 'auto');
  const { told, ...ranges } = await measureRanges(opt, {});
  assert.deepEqual(ranges, { valueRange: '0,30,-3,9', outputRange: '0,4095' });
  assert.deepEqual(told, [
    'input: values reach from 0 to 30, -3 to 9 (float32)',
    'output: values reach from 0 to 4095 of 65535 (uint16)',
  ]);
  const turned = optionsOf(
    'two',
    '--input_nc',
    '1',
    '--output_nc',
    '2',
    '--value_range',
    'auto',
    '--direction',
    'BtoA',
  );
  const { valueRange, outputRange } = await measureRanges(turned, {});
  assert.deepEqual([valueRange, outputRange], ['0,4095', '0,30,-3,9']);
  const half = optionsOf(
    'two',
    '--input_nc',
    '2',
    '--output_nc',
    '1',
    '--value_range',
    '0,1',
    '--output_range',
    'auto',
  );
  assert.deepEqual(await measureRanges(half, {}), {
    outputRange: '0,4095',
    told: ['output: values reach from 0 to 4095 of 65535 (uint16)'],
  });
});

test('one number everywhere is no range', async () => {
  for (const side of 'AB') write(`flat/train${side}/1.npy`, Float32Array.of(7, 7, 7, 7));
  const opt = optionsOf('flat', '--input_nc', '1', '--output_nc', '1', '--value_range', 'auto');
  await assert.rejects(measureRanges(opt, {}), (error) => {
    assert.ok(error instanceof Pix2PixError);
    assert.match(error.message, /all are 7[\s\S]*--value_range LOW,HIGH/);
    return true;
  });
});

test('files of one name in several folders are one image, as the networks see it', async () => {
  write('parts/trainA/rgb/1.png', Uint8Array.of(0, 255, 0, 255, 0, 255, 0, 0, 0, 255, 255, 255));
  write('parts/trainA/depth/1.npy', Float32Array.of(0, 5, 10, 20));
  write('parts/trainB/1.png', Uint8Array.of(0, 255, 51, 102));
  const parts = [
    '--input_nc',
    '4',
    '--output_nc',
    '1',
    '--input_folders',
    'rgb,depth',
    '--value_range',
    'auto',
  ];
  const opt = optionsOf('parts', ...parts, '--output_range', '0,255', '--no_flip');
  const { told: _, ...ranges } = await measureRanges(opt, {});
  assert.equal(ranges.valueRange, '0,255,0,255,0,255,0,20');
  const dataset = await createDataset({
    ...opt,
    ...ranges,
    model: undefined,
    preprocess: 'crop',
    cropSize: 2,
  });
  const batch = await firstOf(dataset);
  assert.deepEqual(batch.A.shape, [1, 4, 2, 2]);
  assert.deepEqual([...batch.A.data.subarray(12)], [-1, -0.5, 0, 1]);
  assert.deepEqual([...batch.A.data.subarray(0, 4)], [-1, 1, -1, 1]);
  assert.deepEqual(batch.B.shape, [1, 1, 2, 2]);
  await dataset.close();
  const missing = optionsOf('parts', '--input_nc', '4', '--input_folders', 'rgb,normals');
  await assert.rejects(createDataset(missing), /trainA.normals[\s\S]*input_folders/);
});

test('labels are channels of -1 and 1, and the palette of the first image is theirs', async () => {
  write('labels/trainA/1.png', Uint8Array.of(0, 2, 255, 1), Uint8Array.of(1, 2, 3, 255, 0, 0));
  write('labels/trainB/1.png', Uint8Array.of(0, 0, 0, 0));
  const opt = optionsOf(
    'labels',
    '--label_nc',
    '3',
    '--ignore_label',
    '255',
    '--output_nc',
    '1',
    '--no_flip',
  );
  assert.equal(opt.inputNc, 3);
  const { labelPalette } = await measureRanges(opt, {});
  assert.equal(labelPalette, '010203,ff0000');
  const dataset = await createDataset({ ...opt, model: undefined, preprocess: 'crop', cropSize: 2 });
  const batch = await firstOf(dataset);
  assert.deepEqual([...batch.A.data], [1, -1, -1, -1, -1, -1, -1, 1, -1, 1, -1, -1]);
  await dataset.close();
});
