import assert from 'node:assert/strict';
import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { renderFacade } from '../src/data/make/facade/renderFacade.js';
import { synthesizeFacades } from '../src/data/make/synthesizeFacades.js';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { encodePng } from '../src/records/writing/encodePng.js';
import { browserPath, openPage, SOFTWARE_GPU, serve, skipWithoutBrowser } from './browser.js';
import { hugePng } from './hugePng.js';
import { assertAccessible, assertFits } from './pageChecks.js';
import { element, pixelsOf } from './playgroundPage.js';
import { root, temporaryFolder } from './tinyRun.js';
import { makeRun } from './trainedRun.js';

// The playground as a person uses it: by mouse, touch and keyboard, on the GPU and on the processor, offline.

const folder = temporaryFolder();
const site = join(folder, 'site');
const options = { skip: skipWithoutBrowser };
let server: Awaited<ReturnType<typeof serve>>;

before(async () => {
  if (browserPath === undefined) return;
  const argv = [
    '--netG',
    'unet_64',
    '--ngf',
    '4',
    '--direction',
    'BtoA',
    '--load_size',
    '64',
    '--crop_size',
    '64',
  ];
  await (await makeRun(folder, 'run', argv)).dispose();
  const dataroot = join(folder, 'facades');
  await synthesizeFacades({ out: dataroot, count: 8, size: 64 });
  await exportGenerator('run', { checkpointsDir: folder, format: 'web', dataroot, out: site });
  server = await serve(site);
});
after(() => server?.close());

/** A loaded playground. */
async function open(query: string, args: readonly string[] = []) {
  const opened = await openPage(`${server.url}${query}`, args);
  const status = opened.page.getByRole('status');
  await status.getByText(/ ms on your/).waitFor({ timeout: 120_000 });
  return { ...opened, status };
}

/** Waits until the result is that of what is drawn, as Node translates it. */
async function assertTranslated(page: Page): Promise<void> {
  await using generator = await loadGenerator('run', { checkpointsDir: folder });
  const expected = await generator.translate(await pixelsOf(page, 'drawing'));
  let largest = 255;
  for (let tries = 0; tries < 40 && largest > 2; tries++) {
    await page.waitForTimeout(250);
    const found = await pixelsOf(page, 'result');
    const isSize = `${found.shape}` === `${expected.shape}`;
    largest = isSize ? Math.max(...found.data.map((byte, i) => Math.abs(byte - expected.data[i]))) : 255;
  }
  assert.ok(largest <= 2, `the translation is ${largest} of 255 from Node's`);
}

for (const [backend, where] of [
  ['wasm', 'processor'],
  ['webgpu', 'GPU'],
] as const) {
  test(`what a mouse draws is translated as in Node, on the ${where}`, options, async () => {
    const { page, status, errors, close } = await open(`?backend=${backend}`, SOFTWARE_GPU);
    try {
      assert.match(await status.innerText(), new RegExp(`on your ${where}$`));
      await page.getByRole('radio', { name: 'door' }).click();
      const before = await pixelsOf(page, 'drawing');
      const { x, y, width } = (await page.locator('canvas.drawing').boundingBox())!;
      await page.mouse.move(x + 0.3 * width, y + 0.3 * width);
      await page.mouse.down();
      await page.mouse.move(x + 0.7 * width, y + 0.6 * width, { steps: 4 });
      await page.mouse.up();
      assert.notDeepEqual((await pixelsOf(page, 'drawing')).data, before.data);
      await assertTranslated(page);
      assert.deepEqual(errors, []);
    } finally {
      await close();
    }
  });
}

test('fingers and keys draw too, and what they did is undone and done again', options, async () => {
  const { page, close } = await open('?backend=wasm');
  try {
    const canvas = page.locator('canvas.drawing');
    const blank = await pixelsOf(page, 'drawing');
    const touch = { pointerType: 'touch', pointerId: 1, isPrimary: true, button: 0, bubbles: true };
    const { x, y, width } = (await canvas.boundingBox())!;
    const at = (u: number) => ({ ...touch, clientX: x + u * width, clientY: y + u * width });
    // Events that are made have no pointer that could be captured.
    await page.evaluate(
      `Object.assign(${element('canvas.drawing')}, { setPointerCapture: () => {}, hasPointerCapture: () => true })`,
    );
    await canvas.dispatchEvent('pointerdown', at(0.2));
    await canvas.dispatchEvent('pointermove', at(0.5));
    await canvas.dispatchEvent('pointerup', at(0.5));
    const touched = await pixelsOf(page, 'drawing');
    assert.notDeepEqual(touched.data, blank.data);

    await canvas.focus();
    await page.keyboard.press('r'); // a box
    await page.keyboard.press('3');
    await page.keyboard.press('Space');
    for (const key of ['ArrowRight', 'Shift+ArrowDown']) await page.keyboard.press(key);
    await page.keyboard.press('Space');
    const typed = await pixelsOf(page, 'drawing');
    assert.notDeepEqual(typed.data, touched.data);

    await page.keyboard.press('Control+z');
    assert.deepEqual((await pixelsOf(page, 'drawing')).data, touched.data);
    await page.keyboard.press('Control+z');
    assert.deepEqual((await pixelsOf(page, 'drawing')).data, blank.data);
    await page.keyboard.press('Control+y');
    await page.keyboard.press('Control+y');
    assert.deepEqual((await pixelsOf(page, 'drawing')).data, typed.data);
    await assertTranslated(page);
  } finally {
    await close();
  }
});

test('brushes are the labels of the data set, and examples its inputs', options, async () => {
  const { page, close } = await open('?backend=wasm');
  try {
    const names = await page.getByRole('radiogroup', { name: 'Colours' }).getByRole('radio').allInnerTexts();
    assert.ok(
      ['wall', 'window', 'sky'].every((name) => names.includes(name)),
      `${names}`,
    );
    const index = JSON.parse(readFileSync(join(site, 'model', 'model.json'), 'utf8'));
    assert.ok(index.examples.length > 0);
    // the first test image of the set, drawn again
    const { label } = renderFacade(0, 7, 64);
    assert.deepEqual((await pixelsOf(page, 'drawing')).data, Uint8Array.from(label));
  } finally {
    await close();
  }
});

test('a link carries the drawing, a file the translation', options, async () => {
  const { page, close } = await open('?backend=wasm');
  try {
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('button', { name: 'box', exact: true }).click();
    const { x, y, width } = (await page.locator('canvas.drawing').boundingBox())!;
    await page.mouse.move(x + 0.2 * width, y + 0.2 * width);
    await page.mouse.down();
    await page.mouse.move(x + 0.6 * width, y + 0.5 * width);
    await page.mouse.up();
    const drawing = await pixelsOf(page, 'drawing');
    await page.evaluate('navigator.clipboard.writeText = async (text) => { window.copied = text; }');
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('The link is copied').waitFor();
    const link = String(await page.evaluate('window.copied'));

    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save PNG' }).click();
    assert.equal((await saved).suggestedFilename(), 'run.png');

    await page.goto('about:blank');
    await page.goto(link.replace('#', '?backend=wasm#'));
    await page
      .getByRole('status')
      .getByText(/ ms on your/)
      .waitFor();
    assert.deepEqual((await pixelsOf(page, 'drawing')).data, drawing.data);
    await page.goto('about:blank');
    await page.goto(`${server.url}?backend=wasm#drawing=xyz`);
    await page.getByRole('alert').getByText('the drawing in this link cannot be read').waitFor();
  } finally {
    await close();
  }
});

test('once loaded, the page works without its server', options, async () => {
  const { page, close } = await open('?backend=wasm');
  try {
    const isKept = `caches.open('pix2pix').then(async (cache) => (await cache.keys()).map(({ url }) => url))`;
    for (let tries = 0; tries < 40; tries++) {
      const urls = (await page.evaluate(isKept)) as string[];
      if (urls.some((url) => url.endsWith('.bin')) && urls.some((url) => url.endsWith('.wasm'))) break;
      await page.waitForTimeout(250);
    }
    await page.context().setOffline(true);
    await page.reload();
    await page
      .getByRole('status')
      .getByText(/ ms on your/)
      .waitFor();
    await assertTranslated(page);
  } finally {
    await close();
  }
});

test('the examples of pages work as they stand', options, async () => {
  const host = join(folder, 'host');
  cpSync(site, join(host, 'site'), { recursive: true });
  for (const name of ['page.html', 'element.html'])
    copyFileSync(join(root, 'examples', 'browser', name), join(host, name));
  const hosted = await serve(host);
  const { page, errors, close } = await openPage(`${hosted.url}element.html`);
  try {
    await page
      .getByRole('status')
      .getByText(/ ms on your/)
      .waitFor();
    await page.goto(`${hosted.url}page.html`);
    await page.getByText('Ready, by wasm').waitFor();
    const png = await encodePng({ data: renderFacade(0, 7, 64).label, shape: [1, 64, 64, 3] });
    await page.setInputFiles('#file', { name: 'a.png', mimeType: 'image/png', buffer: Buffer.from(png) });
    await page.getByText('64 × 64').waitFor();
    assert.deepEqual(
      errors.filter((error) => !error.includes('favicon')),
      [],
    );
  } finally {
    await close();
    hosted.close();
  }
});

test('nothing is in the way of anybody: axe, a phone, the dark', options, async () => {
  const { page, close } = await open('?backend=wasm');
  try {
    for (const [width, height] of [
      [1200, 900],
      [390, 844],
    ]) {
      await page.setViewportSize({ width, height });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await assertAccessible(page, `${width} ${colorScheme}`);
        await assertFits(page, `${width} ${colorScheme}`);
      }
    }
    await page.getByRole('radio', { name: 'slider' }).check();
    await assertAccessible(page, 'slider');
  } finally {
    await close();
  }
});

test('what cannot be used is said, and the drawing stays', options, async () => {
  const { page, status, close } = await open('?backend=wasm');
  const choose = (name: string, buffer: Buffer) =>
    page.setInputFiles('input[type=file]', { name, mimeType: 'image/png', buffer });
  const said = (text: string) => page.getByRole('alert').getByText(text).waitFor();
  try {
    const drawing = await pixelsOf(page, 'drawing');
    await choose('notes.png', Buffer.from('no picture'));
    await said('this is no picture that the browser reads');
    await choose('large.png', hugePng(10_000));
    await said('the picture is too large for a page');
    assert.deepEqual((await pixelsOf(page, 'drawing')).data, drawing.data);
    await choose(
      'small.png',
      Buffer.from(await encodePng({ data: new Uint8Array(30 * 20 * 3).fill(90), shape: [1, 20, 30, 3] })),
    );
    await page.locator('canvas.drawing[width="30"][height="20"]').waitFor();
    await assertTranslated(page);

    const path = join(site, 'model', 'model.json');
    const index = readFileSync(path, 'utf8');
    writeFileSync(path, index.replace('"format": 2', '"format": 3'));
    await page.reload();
    await status.getByText('the model is of another version than this page').waitFor();
    writeFileSync(path, index);
  } finally {
    await close();
  }
});

test(
  'without WebGPU the page says so where it is insisted on, and computes on the processor elsewhere',
  options,
  async () => {
    const { page, status, close } = await open('');
    try {
      assert.match(await status.innerText(), /processor/);
      await page.addInitScript(`Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined })`);
      await page.goto(`${server.url}?backend=webgpu`);
      await status.getByText('this browser has no WebGPU').waitFor();
    } finally {
      await close();
    }
  },
);
