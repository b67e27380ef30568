import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import type { ImageBatch } from '../src/data/batch/imageBatch.js';
import { encodeNumbers } from '../src/data/raster/encodeNumbers.js';
import type { Raster } from '../src/data/raster/raster.js';
import { readRaster } from '../src/data/raster/readRaster.js';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { translateFiles } from '../src/inference/translateFiles.js';
import { browserPath, openPage, SOFTWARE_GPU, serve, skipWithoutBrowser } from './browser.js';
import { assertAccessible, assertFits } from './pageChecks.js';
import { element, paste, pixelsOf, translated } from './playgroundPage.js';
import { temporaryFolder } from './tinyRun.js';
import { makeRun } from './trainedRun.js';
import { until } from './until.js';

// Playgrounds of generators of other than pictures: of classes, and of numbers in a range. What the page draws is given to Node
// in files as `pix2pix translate` takes them: numbers of classes, and numbers in units.

const folder = temporaryFolder();
const SMALL = ['--netG', 'unet_64', '--ngf', '4', '--load_size', '64', '--crop_size', '64'];
/** Classes 1 and 3 have one colour; 255 is of no class, in PASCAL VOC's colour of it. */
const PALETTE = ['0a0a0a', 'dc143c', '009688', 'dc143c'];
const LABELS = ['--label_nc', '4', '--ignore_label', '255', '--label_palette', PALETTE.join(',')];
const MODELS: Readonly<Record<string, readonly string[]>> = {
  fromClasses: LABELS,
  toClasses: [...LABELS, '--label_side', 'output'],
  ranges: ['--value_range', '-10,30', '--output_range', '0,100'],
  grey: ['--input_nc', '1'],
};
let server: Awaited<ReturnType<typeof serve>>;

before(async () => {
  if (browserPath === undefined) return;
  for (const [name, options] of Object.entries(MODELS)) {
    await (await makeRun(folder, name, [...SMALL, ...options])).dispose();
    const out = join(folder, 'sites', name);
    await exportGenerator(name, { checkpointsDir: folder, format: 'web', precision: 'fp32', out });
  }
  server = await serve(join(folder, 'sites'));
});
after(() => server?.close());

async function open(name: string, backend: 'wasm' | 'webgpu') {
  const opened = await openPage(`${server.url}${name}/?backend=${backend}`, SOFTWARE_GPU);
  await translated(opened.page);
  return opened;
}

/** What Node makes of a file of numbers, read from the file that it writes. */
async function byNode(name: string, image: Raster, format: 'png' | 'npy'): Promise<Uint8Array> {
  await using generator = await loadGenerator(name, { checkpointsDir: folder });
  let file = new Uint8Array();
  const job = {
    source: encodeNumbers(image, format),
    name: 'the drawing',
    output: async (bytes: Uint8Array) => {
      file = Uint8Array.from(bytes);
    },
    format,
  };
  const { failures } = await translateFiles(generator, [job]);
  assert.deepEqual(failures, []);
  return file;
}

/** Its numbers, in colours where they are those of a palette. */
const coloursOf = (png: Uint8Array) => sharp(png).toColourspace('srgb').removeAlpha().raw().toBuffer();

/** Waits until the result is as it should be, within `most` of 255, but for so many of its bytes. */
async function assertShown(page: Page, expected: ArrayLike<number>, { most = 2, others = 0 } = {}) {
  let wrong = Number.POSITIVE_INFINITY;
  const isShown = async () => {
    const { data } = await pixelsOf(page, 'result');
    const isSize = data.length === expected.length;
    wrong = isSize ? data.filter((byte, i) => Math.abs(byte - expected[i]) > most).length : wrong;
    return wrong <= others;
  };
  await until(isShown, () => `${wrong} of ${expected.length} bytes are more than ${most} from Node's`);
}

/** Draws a box by mouse, in the colour that is chosen, from and to these shares of the canvas. */
async function drawBox(page: Page, from: number, to: number): Promise<void> {
  await page.getByRole('button', { name: 'box', exact: true }).click();
  const { x, y, width } = (await page.locator('canvas.drawing').boundingBox())!;
  await page.mouse.move(x + from * width, y + from * width);
  await page.mouse.down();
  await page.mouse.move(x + to * width, y + to * width);
  await page.mouse.up();
}

const hex = (data: Uint8Array, at: number) => Buffer.from(data.subarray(at, at + 3)).toString('hex');

/** The classes of a drawing, by the palette as it was given: of two of one colour the second differs in the last bit. */
function classesIn({ data, shape: [, height, width] }: ImageBatch): Raster {
  const known = ['0a0a0a', 'dc143c', '009688', 'dc143d'];
  const numbers = Uint8Array.from({ length: width * height }, (_, i) => {
    const number = known.indexOf(hex(data, 3 * i));
    return number < 0 ? 255 : number;
  });
  return { data: numbers, width, height, channels: 1 };
}

for (const backend of ['wasm', 'webgpu'] as const) {
  const options = { skip: skipWithoutBrowser };

  test(`classes that are drawn are translated as their numbers in Node, by ${backend}`, options, async () => {
    const { page, errors, close } = await open('fromClasses', backend);
    try {
      assert.equal(await page.getByLabel('other').count(), 0, 'no other colours than those of classes');
      for (const [i, name] of ['class 1', 'class 2', 'class 3', 'no class'].entries()) {
        await page.getByRole('radio', { name }).click();
        await drawBox(page, 0.1 + 0.2 * i, 0.35 + 0.2 * i);
      }
      const classes = classesIn(await pixelsOf(page, 'drawing'));
      assert.deepEqual([...new Set(classes.data)].sort(), [0, 1, 2, 255, 3]);
      await assertShown(page, await coloursOf(await byNode('fromClasses', classes, 'png')));
      assert.deepEqual(errors, []);
    } finally {
      await close();
    }
  });

  test(`classes that come out are shown in the colours of Node's file, by ${backend}`, options, async () => {
    const { page, errors, close } = await open('toClasses', backend);
    try {
      await page.getByRole('radio', { name: 'red' }).click();
      await drawBox(page, 0.2, 0.7);
      const { data, shape } = await pixelsOf(page, 'drawing');
      const picture: Raster = { data, width: shape[2], height: shape[1], channels: 3 };
      const expected = await coloursOf(await byNode('toClasses', picture, 'png'));
      assert.ok(new Set(Array.from({ length: 4096 }, (_, i) => hex(expected, 3 * i))).size > 1);
      const rendering = await page.evaluate(`getComputedStyle(${element('canvas.result')}).imageRendering`);
      assert.equal(rendering, 'pixelated', 'no colours between those of classes on the screen');
      await assertShown(page, expected, { most: 0, others: 30 }); // where two classes are nearly as likely
      assert.deepEqual(errors, []);
    } finally {
      await close();
    }
  });

  test(
    `numbers are shown from the least of their range to the greatest, by ${backend}`,
    options,
    async () => {
      const { page, errors, close } = await open('ranges', backend);
      try {
        await page.getByText('The drawing has black for -10 and white for 30.').waitFor();
        await page.getByText('The translation has black for 0 and white for 100.').waitFor();
        await page.getByRole('radio', { name: 'red' }).click();
        await drawBox(page, 0.2, 0.7);
        const { data, shape } = await pixelsOf(page, 'drawing');
        const units = Float32Array.from(data, (level) => -10 + (level / 255) * 40);
        const file = await byNode(
          'ranges',
          { data: units, width: shape[2], height: shape[1], channels: 3 },
          'npy',
        );
        const made = await readRaster(file, 'made.npy');
        await assertShown(
          page,
          Array.from(made.data, (unit) => (unit / 100) * 255),
        );
        assert.deepEqual(errors, []);
      } finally {
        await close();
      }
    },
  );
}

test('label maps in greys are taken by their numbers, and a phone has room for the classes', {
  skip: skipWithoutBrowser,
}, async () => {
  const { page, close } = await open('fromClasses', 'wasm');
  try {
    const numbers = Uint8Array.from({ length: 64 * 64 }, (_, i) => Math.floor((i % 64) / 16));
    const file = encodeNumbers({ data: numbers, width: 64, height: 64, channels: 1 }, 'png');
    const before = await pixelsOf(page, 'drawing');
    await paste(page, file, 'document.body');
    await until(async () =>
      (await pixelsOf(page, 'drawing')).data.some((byte, i) => byte !== before.data[i]),
    );
    assert.deepEqual(classesIn(await pixelsOf(page, 'drawing')).data, numbers);
    for (const [width, height] of [
      [1200, 900],
      [390, 844],
    ]) {
      await page.setViewportSize({ width, height });
      await assertAccessible(page, `${width}`);
      await assertFits(page, `${width}`);
    }
  } finally {
    await close();
  }
});

test('a generator of one channel is drawn for in greys alone', { skip: skipWithoutBrowser }, async () => {
  const { page, errors, close } = await open('grey', 'wasm');
  try {
    const brushes = page.getByRole('group', { name: 'Colours' });
    const inks = await brushes
      .getByRole('radio')
      .evaluateAll((all) => all.map((brush) => brush.getAttribute('style')));
    await brushes.getByRole('slider').fill('100');
    await drawBox(page, 0.2, 0.7);
    const { data } = await pixelsOf(page, 'drawing');
    assert.ok(inks.length >= 3);
    for (const ink of inks) assert.match(ink!, /rgb\((\d+), \1, \1\);$/);
    const levels = new Set(data);
    assert.deepEqual(levels, new Set([100, 255]));
    for (let i = 0; i < data.length; i += 3) assert.deepEqual(data[i], data[i + 2]);
    await assertAccessible(page, 'grey');
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});
