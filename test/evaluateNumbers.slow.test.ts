import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { csvParse } from 'd3-dsv';
import sharp from 'sharp';
import { evaluateCommand } from '../src/cli/evaluate.js';
import { fromCommander } from '../src/cli/fromCommander.js';
import { encodeNumbers } from '../src/data/raster/encodeNumbers.js';
import { readRaster } from '../src/data/raster/readRaster.js';
import { parseTestOptions } from '../src/training/options.js';
import { test as translateTest } from '../src/training/testCommand.js';
import { DROPOUT, TINY, temporaryFolder, trainHere } from './tinyRun.js';

// Tests and evaluations of runs whose output is labels: their classes are counted, and their pictures have colours.

const folder = temporaryFolder();
process.chdir(folder);
const [SIDE, NONE] = [64, 9];
const COLOURS = [
  [10, 20, 30],
  [200, 0, 0],
  [0, 210, 0],
  [0, 0, 220],
];
const silent = { message: () => {}, progress: () => {} };

/** Blocks of classes, and grey that tells them apart; a row of pixels is of no class. */
for (const [phase, ...names] of [
  ['train', '0', '1'],
  ['test', 'x/0', 'y/0'],
])
  for (const [index, name] of names.entries()) {
    const labels = Uint8Array.from({ length: SIDE * SIDE }, (_, i) =>
      i < SIDE ? NONE : (Math.floor((i % SIDE) / 8) + Math.floor(i / SIDE / 8) + index) % 4,
    );
    const grey = labels.map((label) => 20 + 20 * label);
    const size = { width: SIDE, height: SIDE, channels: 1 };
    const two = {
      ...size,
      channels: 2,
      data: Uint8Array.from({ length: 2 * SIDE * SIDE }, (_, i) => Math.abs(grey[i >> 1] - 255 * (i % 2))),
    };
    for (const [path, raster] of [
      [`data/${phase}A/${name}.png`, { ...size, data: grey }],
      [`data/${phase}B/${name}.png`, { ...size, data: labels }],
      [`two/${phase}A/${name}.png`, { ...size, data: grey }],
      [`two/${phase}B/${name}.npy`, two],
    ] as const) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, encodeNumbers(raster, path.endsWith('npy') ? 'npy' : 'png'));
    }
  }
await trainHere([
  ...['--dataroot', 'data', '--name', 'labels', '--max_steps', '6', '--no_html', ...TINY, ...DROPOUT],
  ...['--input_nc', '1', '--label_nc', '4', '--label_side', 'output', '--ignore_label', `${NONE}`],
  ...['--label_palette', '0a141e,c80000,00d200,0000dc', '--load_size', '64', '--crop_size', '64'],
]);
await trainHere([
  ...['--dataroot', 'two', '--name', 'two', '--max_steps', '1', '--no_html', ...TINY, ...DROPOUT],
  ...['--input_nc', '1', '--output_nc', '2', '--value_range', '0,255'],
  ...['--load_size', '64', '--crop_size', '64'],
]);
const evaluate = (...words: string[]) =>
  fromCommander(evaluateCommand).run([...words, '--device', 'cpu', '--intra_threads', '1']);
const translated = (...words: string[]) =>
  translateTest(parseTestOptions(['--device', 'cpu', ...words]), undefined, silent);
const results = 'results/labels/test_latest/results';
const labelsAt = async (path: string) => [...(await readRaster(path, path)).data];

await translated('--name', 'labels', '--result_format', 'png');
await evaluate('labels', '--out', 'out');
const { rankBy, subjects } = JSON.parse(readFileSync('out/evaluation.json', 'utf8'));

test('the labels of a run are counted by their classes, as they are in the files of its test', async () => {
  const pairs: [number, number][] = [];
  for (const name of ['x/0', 'y/0']) {
    const made = await labelsAt(join(results, `${name}.png`));
    const wanted = await labelsAt(`data/testB/${name}.png`);
    pairs.push(
      ...wanted.flatMap((label, i): [number, number][] => (label === NONE ? [] : [[made[i], label]])),
    );
  }
  const count = (isCounted: (made: number, wanted: number) => boolean) =>
    pairs.filter(([made, wanted]) => isCounted(made, wanted)).length;
  const iou = [0, 1, 2, 3].map(
    (c) =>
      count((made, wanted) => made === c && wanted === c) /
      count((made, wanted) => made === c || wanted === c),
  );
  const [{ measures, iou: counted }] = subjects;
  assert.equal(rankBy, 'mIoU');
  assert.deepEqual(
    csvParse(readFileSync('out/images.csv', 'utf8')).map(({ image }) => image),
    ['x/0', 'y/0'],
  );
  assert.deepEqual(counted, iou);
  assert.equal(measures.accuracy, count((made, wanted) => made === wanted) / pairs.length);
  assert.ok(measures.accuracy > 0 && measures.accuracy < 1);
});

test('labels are shown in the colours of their classes', async () => {
  const wanted = await labelsAt('data/testB/x/0.png');
  const { data, info } = await sharp('out/images/0_0_target.png')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.equal(info.channels, 3);
  for (const i of [SIDE, SIDE + 9, SIDE + 17, SIDE + 25])
    assert.deepEqual([...data.subarray(3 * i, 3 * i + 3)], COLOURS[wanted[i]]);
});

test('a run is not evaluated by classes that are not its own', async () => {
  await assert.rejects(
    evaluate('labels', '--label_nc', '3', '--out', 'other'),
    /labels of other classes[\s\S]*4 classes/,
  );
});

test('the mean of draws is shown as the model shows what it makes, in the colours of classes or by a channel', async () => {
  for (const [name, channels] of [
    ['labels', 3],
    ['two', 1],
  ] as const) {
    await translated('--name', name, '--draws', '3');
    const picture = sharp(`results/${name}/test_latest/images/0_fake_B_mean.png`);
    assert.equal((await picture.metadata()).channels, channels);
    const { data } = await picture.raw().toBuffer({ resolveWithObject: true });
    const known = new Set(COLOURS.map(String));
    for (let i = 3 * SIDE; i < data.length && name === 'labels'; i += 3)
      assert.ok(known.has(String([...data.subarray(i, i + 3)])));
  }
});
