import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodePng } from '../src/records/writing/encodePng.js';
import { openPage, SOFTWARE_GPU, skipWithoutBrowser } from './browser.js';
import { hugePng } from './hugePng.js';
import { assertAccessible, assertFits } from './pageChecks.js';
import { element, pixelsOf, translated } from './playgroundPage.js';
import { playgroundSite } from './playgroundSite.js';

// The playground as a person uses it: by mouse, touch and keyboard, on the GPU and on the processor, offline.

const { site, open, assertTranslated, server } = playgroundSite();
const options = { skip: skipWithoutBrowser };

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
    await translated(page);
    assert.deepEqual((await pixelsOf(page, 'drawing')).data, drawing.data);
    await page.goto('about:blank');
    await page.goto(`${server().url}?backend=wasm#drawing=xyz`);
    await page.getByRole('alert').getByText('the drawing in this link cannot be read').waitFor();
  } finally {
    await close();
  }
});

test('a GPU that cannot take the model leaves it to the processor', options, async () => {
  const { page, close } = await openPage('about:blank');
  try {
    const info = { vendor: 'acme', architecture: '', device: '', description: '', isFallbackAdapter: false };
    await page.addInitScript(`Object.defineProperty(Navigator.prototype, 'gpu', { get: () => ({
      requestAdapter: async () => ({ info: ${JSON.stringify(info)}, limits: {}, features: new Set() }),
    }) })`);
    await page.goto(server().url);
    await translated(page);
    await page.getByRole('status').getByText('Ready, on your processor').waitFor();
    await assertTranslated(page);
  } finally {
    await close();
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
    await status.getByText('The model cannot be used just now').waitFor();
    await page.getByText('What went wrong').click();
    await page.getByText('the model is of another version than this page').waitFor();
    writeFileSync(path, index);
    await page.getByRole('button', { name: 'Try again' }).click();
    await translated(page);
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
      await page.goto(`${server().url}?backend=webgpu`);
      await page.getByText('What went wrong').click();
      await page.getByText('this browser has no WebGPU').waitFor();
    } finally {
      await close();
    }
  },
);
