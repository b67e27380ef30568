import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/tinyRun.js';
import { synthesizeFacades } from '../../data/make/synthesizeFacades.js';
import type { TrainedGenerator } from '../portable/trainedGenerator.js';
import { startingPoints } from './startingPoints.js';

test('a page shows the images of a data set that is named, and of the training no more than the colours of its labels', async () => {
  const dataroot = join(temporaryFolder(), 'facades');
  await synthesizeFacades({ out: dataroot, count: 8, size: 64 });
  const options = { model: 'pix2pix', dataroot, direction: 'BtoA', load_size: 64, crop_size: 64 };
  const generator = { options, inputNc: 3 } as unknown as TrainedGenerator;
  const unasked = await startingPoints(generator);
  assert.ok(unasked.brushes.length > 2, `${unasked.brushes.length} brushes`);
  assert.deepEqual(unasked.examples, []);
  const asked = await startingPoints(generator, dataroot);
  assert.deepEqual(asked.brushes, unasked.brushes);
  assert.ok(asked.examples.length > 0);
});
