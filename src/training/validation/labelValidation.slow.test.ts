import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { stored, TINY, temporaryFolder, trainHere } from '../../../test/tinyRun.js';
import { encodeNumbers } from '../../data/raster/encodeNumbers.js';
import { readRaster } from '../../data/raster/readRaster.js';
import { parseTestOptions } from '../options.js';
import { test as translateTest } from '../testCommand.js';

const folder = temporaryFolder();

test('outputs that are labels are measured by their classes, which the best checkpoint may follow', async () => {
  const [side, none] = [32, 7];
  const labelled = join(folder, 'labels');
  const wanted = [0, 1].map((index) =>
    Uint8Array.from({ length: side * side }, (_, i) =>
      i < side ? none : (Math.floor((i % side) / 8) + Math.floor(i / side / 8) + index) % 3,
    ),
  );
  for (const phase of ['train', 'val'])
    for (const [index, labels] of wanted.entries())
      for (const [name, data] of Object.entries({ A: labels.map((label) => 30 * label), B: labels })) {
        const path = join(labelled, phase + name, `${index}.png`);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, encodeNumbers({ data, width: side, height: side, channels: 1 }, 'png'));
      }
  const options = [
    ...['--input_nc', '1', '--label_nc', '3', '--label_side', 'output', '--ignore_label', `${none}`],
    ...['--dataroot', labelled, '--checkpoints_dir', folder, '--name', 'labels', '--no_html'],
    ...['--n_epochs', '2', '--n_epochs_decay', '0', '--lr', '0.01'],
  ];
  const trained = await trainHere([...options, '--save_best', 'mIoU', ...TINY, '--load_size', '32']);
  const results = trained.events.flatMap((event) => (event.kind === 'validated' ? [event.result] : []));
  const translated = parseTestOptions([
    ...['--checkpoints_dir', folder, '--name', 'labels', '--phase', 'val', '--device', 'cpu'],
    ...['--results_dir', join(folder, 'results'), '--result_format', 'npy'],
  ]);
  await translateTest(translated, undefined, { message: () => {}, progress: () => {} });
  const made = await Promise.all(
    wanted.map((_, i) => readRaster(join(folder, 'results/labels/val_latest/results', `${i}.npy`), '')),
  );
  const pairs = wanted.flatMap((labels, index) =>
    [...labels].flatMap((label, i) => (label === none ? [] : [[made[index].data[i], label]])),
  );
  const count = (isCounted: (made: number, wanted: number) => boolean) =>
    pairs.filter(([made, wanted]) => isCounted(made, wanted)).length;
  const iou = [0, 1, 2].map(
    (c) =>
      count((made, wanted) => made === c && wanted === c) /
      count((made, wanted) => made === c || wanted === c),
  );
  const { measures, iou: counted } = results[1];
  assert.deepEqual(counted, iou);
  assert.equal(measures.mIoU, iou.reduce((sum, value) => sum + value, 0) / 3);
  assert.equal(measures.accuracy, count((made, wanted) => made === wanted) / pairs.length);
  const { best } = stored(join(folder, 'labels')).counters as { best: { metric: string; value: number } };
  assert.equal(best.metric, 'mIoU');
  assert.equal(best.value, Math.max(...results.map(({ measures }) => measures.mIoU!)));
});
