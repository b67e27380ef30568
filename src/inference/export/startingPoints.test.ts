import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decode as decodePng } from 'fast-png';
import sharp from 'sharp';
import { temporaryFolder } from '../../../test/tinyRun.js';
import { labelColours } from '../../data/batch/labelColours.js';
import { FACADE_COLOURS } from '../../data/make/facade/labels.js';
import { synthesizeFacades } from '../../data/make/synthesizeFacades.js';
import type { TrainedGenerator } from '../portable/trainedGenerator.js';
import { demoStartingPoints, startingPoints } from './startingPoints.js';

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

test('colours are those of label maps as they are, of all phases, however small the images of the training', async () => {
  const dataroot = join(temporaryFolder(), 'small');
  await synthesizeFacades({ out: dataroot, count: 10, size: 64 });
  const options = { model: 'pix2pix', dataroot, direction: 'BtoA', load_size: 36, crop_size: 32 };
  const { brushes } = await startingPoints({ options, inputNc: 3 } as unknown as TrainedGenerator);
  const offered = new Set(brushes.map(({ colour }) => `${colour}`));
  const drawn = Object.values(FACADE_COLOURS).map((colour) => `${colour}`);
  assert.deepEqual(
    [...offered].filter((colour) => !drawn.includes(colour)),
    [],
  );
  assert.ok(offered.size > 10, `${offered.size} brushes`);
});

test('classes are brushes in the colours of the palette, and label images are offered in these', async () => {
  const dataroot = join(temporaryFolder(), 'classes');
  const write = async (side: string, level: number) => {
    mkdirSync(join(dataroot, side), { recursive: true });
    const raw = { width: 64, height: 64, channels: 1 } as const;
    const data = Uint8Array.from({ length: 64 * 64 }, (_, i) => (i < 64 * 32 ? level : 2));
    await sharp(data, { raw })
      .toColourspace('b-w')
      .png()
      .toFile(join(dataroot, side, '1.png'));
  };
  await write('trainA', 1);
  await write('trainB', 90);
  const given = { label_nc: 3, label_palette: 'ff0000,00ff00,ff0000', load_size: 64, crop_size: 64 };
  const options = {
    model: 'pix2pix',
    dataroot,
    direction: 'AtoB',
    netG: 'unet_64',
    preprocess: 'none',
    ...given,
  };
  const generator = { options, inputNc: 3, outputNc: 3 } as unknown as TrainedGenerator;
  const unasked = await startingPoints(generator);
  const brushes = [
    { colour: [255, 0, 0], name: 'class 0' },
    { colour: [0, 255, 0], name: 'class 1' },
    { colour: [255, 0, 1], name: 'class 2' },
  ];
  assert.deepEqual(unasked, { brushes, examples: [] });
  const { examples } = await startingPoints(generator, dataroot);
  const { data } = decodePng(examples[0]);
  assert.deepEqual([...data.slice(0, 3), ...data.slice(-3)], [0, 255, 0, 255, 0, 1]);
});

test('the generators of the package offer facades that are drawn, and their labels where they take labels', async () => {
  const toPhotographs = await demoStartingPoints({ options: { direction: 'BtoA' } });
  const decoded = toPhotographs.examples.map((png) => decodePng(png));
  const images = decoded.map(({ data, width, height }) => ({
    data: new Uint8Array(data),
    shape: [1, height, width, 3] as const,
  }));
  const offered = toPhotographs.brushes.map(({ colour }) => `${colour}`);
  const drawn = labelColours(images).map((colour) => `${colour}`);
  assert.ok(drawn.length > 5 && drawn.every((colour) => offered.includes(colour)), `${drawn}`);
  assert.ok(toPhotographs.brushes.some(({ name }) => name === 'window'));

  const toLabels = await demoStartingPoints({ options: { direction: 'AtoB' } });
  assert.deepEqual(toLabels.brushes, []);
  assert.equal(toLabels.examples.length, toPhotographs.examples.length);
});
