import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { DROPOUT, makeDataset, TINY, temporaryFolder, trainHere } from '../../test/tinyRun.js';
import { createDataset } from '../data/createDataset.js';
import { decodeImage } from '../data/decode/decode.js';
import { createModel } from './createModel.js';
import { parseTestOptions } from './options.js';
import { completeOptions } from './saved/completeOptions.js';
import { test as translateTest } from './testCommand.js';
import { translateInDraws } from './testDraws.js';

const folder = temporaryFolder();
const dataroot = await makeDataset(join(folder, 'data'), { train: 1, test: 2 });
const start = ['--dataroot', dataroot, '--checkpoints_dir', folder, ...TINY, '--max_steps', '1', '--no_html'];
await trainHere([...start, ...DROPOUT, '--name', 'run']);
await trainHere([...start, ...DROPOUT, '--no_dropout', '--name', 'still']);
const where = ['--checkpoints_dir', folder, '--results_dir', join(folder, 'results')];
const optionsOf = (...more: string[]) => parseTestOptions([...where, '--device', 'cpu', ...more]);
const silent = { message: () => {}, progress: () => {} };

test('mean and deviation are those of the draws one by one', async () => {
  const opt = completeOptions(optionsOf('--name', 'run'));
  const model = await createModel(opt);
  const dataset = await createDataset(opt);
  try {
    await model.setup(opt, { print: () => {} });
    for await (const batch of dataset) {
      model.setInput(batch);
      const drawn = await translateInDraws(model, 'fake_B', {
        count: 5,
        draw: (n) => 3 * n,
        evaluate: false,
      });
      const images: Float32Array[] = [];
      for (let n = 0; n < 5; n++) {
        await model.test({ draw: 3 * n });
        images.push((await model.getCurrentVisuals()).fake_B.data);
      }
      const pixels = drawn.deviation.data.length;
      for (let i = 0; i < pixels; i += 97) {
        let variance = 0;
        for (let c = 0; c < 3; c++) {
          const values = images.map((image) => image[c * pixels + i]);
          const mean = values.reduce((sum, value) => sum + value, 0) / 5;
          assert.ok(Math.abs(drawn.mean.data[c * pixels + i] - mean) < 1e-6);
          variance += values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4 / 3;
        }
        const wanted = Math.min(255, Math.sqrt(variance) * 127.5 * 8);
        assert.ok(Math.abs(drawn.deviation.data[i] - wanted) <= 0.51);
      }
    }
  } finally {
    await dataset.close();
    await model.dispose();
  }
});

test('a test in draws shows mean and deviation, and measures what one without draws does', async () => {
  const one = await translateTest(optionsOf('--name', 'run', '--phase', 'test'), undefined, silent);
  const several = await translateTest(optionsOf('--name', 'run', '--draws', '3'), undefined, silent);
  assert.deepEqual(several.means, one.means);
  const images = join(several.page, '..', 'images');
  const { data } = await decodeImage(join(images, '0_fake_B_deviation.png'));
  assert.ok(data.some((level) => level > 0));
  await decodeImage(join(images, '1_fake_B_mean.png'));
});

test('a network without dropout is refused', async () => {
  for (const more of [
    ['--name', 'still'],
    ['--name', 'run', '--eval'],
  ])
    await assert.rejects(translateTest(optionsOf(...more, '--draws', '2'), undefined, silent), /no dropout/);
});
