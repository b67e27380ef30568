import assert from 'node:assert/strict';
import { copyFileSync, cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderFacade } from '../src/data/make/facade/renderFacade.js';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import { encodePng } from '../src/records/writing/encodePng.js';
import { openPage, serve, skipWithoutBrowser } from './browser.js';
import { element, paste, pixelsOf, translated } from './playgroundPage.js';
import { playgroundSite } from './playgroundSite.js';
import { root } from './tinyRun.js';
import { until } from './until.js';

// What the playground offers to begin with, and what stays: without a network, in other pages, when a model comes late.

const { folder, site, open, assertTranslated, server } = playgroundSite();
const options = { skip: skipWithoutBrowser };

test('brushes are the labels of the data set, and examples its inputs', options, async () => {
  const { page, close } = await open('?backend=wasm');
  try {
    const names = await page.getByRole('group', { name: 'Colours' }).locator('label').allInnerTexts();
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

test('once loaded, the page works without its server', options, async () => {
  const { page, close } = await open('?backend=wasm');
  try {
    const missing = `caches.open('pix2pix').then(async (cache) => {
      const kept = (await cache.keys()).map(({ url }) => url);
      const loaded = performance.getEntriesByType('resource').map(({ name }) => name).filter((url) => url.startsWith('http'));
      return [location.href.replace(/\\?.*/, ''), ...loaded].filter((url) => !kept.includes(url));
    })`;
    let left = ['nothing is kept'];
    await until(
      async () => {
        left = (await page.evaluate(missing)) as string[];
        return left.length === 0;
      },
      () => `not kept: ${left}`,
    );
    await page.context().setOffline(true);
    await page.reload();
    await translated(page);
    await assertTranslated(page);
    // nor has it to wait for a network that answers nothing
    await page.context().setOffline(false);
    server().network.isSilent = true;
    await page.reload();
    await translated(page);
  } finally {
    server().network.isSilent = false;
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
    await translated(page);
    // what is pasted elsewhere is the page's own business
    const png = await encodePng({ data: new Uint8Array(30 * 20 * 3).fill(90), shape: [1, 20, 30, 3] });
    const drawing = await pixelsOf(page, 'drawing');
    await paste(page, png, 'document.querySelector("h1")');
    await paste(page, png, 'document.body');
    await page.waitForTimeout(500);
    assert.deepEqual(await pixelsOf(page, 'drawing'), drawing);
    await paste(page, png, element('canvas.drawing'));
    await page.locator('canvas.drawing[width="30"][height="20"]').waitFor();
    await page.goto(`${hosted.url}page.html`);
    await page.getByText('Ready, by wasm').waitFor();
    const labels = await encodePng({ data: renderFacade(0, 7, 64).label, shape: [1, 64, 64, 3] });
    await page.setInputFiles('#file', { name: 'a.png', mimeType: 'image/png', buffer: Buffer.from(labels) });
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

test(
  'what is drawn stays when the model comes, when another is named, and when the element is moved',
  options,
  async () => {
    let letModelCome = () => {};
    const modelMayCome = new Promise<void>((resolve) => {
      letModelCome = resolve;
    });
    const { page, close } = await openPage('about:blank');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    try {
      await page.route('**/*.bin', async (route) => {
        await modelMayCome;
        await route.continue();
      });
      await page.goto(`${server().url}?backend=wasm`);
      const undo = page.getByRole('button', { name: 'Undo' });
      assert.ok(await undo.isDisabled());
      await page.locator('canvas.drawing').click({ position: { x: 50, y: 50 } });
      const drawing = await pixelsOf(page, 'drawing');
      letModelCome();
      await translated(page);
      assert.deepEqual(await pixelsOf(page, 'drawing'), drawing);
      await assertTranslated(page);
      assert.equal(asked.filter((url) => url.endsWith('model.json')).length, 1, 'it is set up once');

      const translate = 'document.querySelector("pix2pix-translate")';
      await page.evaluate(`document.querySelector('header').after(${translate})`);
      await page.evaluate(`${translate}.setAttribute('model', './model/?again')`);
      await page.waitForTimeout(200);
      await translated(page);
      assert.deepEqual(await pixelsOf(page, 'drawing'), drawing);
      await undo.click();
      assert.ok(await undo.isDisabled(), 'it is still the same drawing');
    } finally {
      await close();
    }
  },
);

test(
  'nothing is there to be undone on a fresh page; a colour ends erasing; a paste belongs to the page',
  options,
  async () => {
    const { page, close } = await open('?backend=wasm');
    try {
      assert.ok(await page.getByRole('button', { name: 'Undo' }).isDisabled());
      const tool = (name: string) => page.getByRole('button', { name, exact: true });
      await page.locator('canvas.drawing').focus();
      for (const choose of [
        () => page.keyboard.press('2'),
        () => page.getByRole('radio', { name: 'wall' }).click(),
      ]) {
        await page.keyboard.press('e');
        assert.equal(await tool('eraser').getAttribute('aria-pressed'), 'true');
        await choose();
        assert.equal(await tool('brush').getAttribute('aria-pressed'), 'true');
      }
      await page.keyboard.press('ArrowDown'); // among colours, as among all radio buttons
      assert.ok(!(await page.getByRole('radio', { name: 'wall' }).isChecked()));
      await page.keyboard.press('r'); // and letters still choose tools
      assert.equal(await tool('box').getAttribute('aria-pressed'), 'true');
      const png = await encodePng({ data: new Uint8Array(30 * 20 * 3).fill(90), shape: [1, 20, 30, 3] });
      await paste(page, png, 'document.body');
      await page.locator('canvas.drawing[width="30"][height="20"]').waitFor();
    } finally {
      await close();
    }
  },
);

test('a generator of the package has its colours and facades to start from', async () => {
  const out = join(folder, 'demo');
  await exportGenerator('demo:facades', { format: 'web', out });
  const { brushes, examples } = JSON.parse(readFileSync(join(out, 'model', 'model.json'), 'utf8'));
  assert.ok(brushes.some(({ name }: { name: string }) => name === 'door'));
  assert.equal(examples.length, 4);
});
