import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { openPage, SOFTWARE_GPU, serve, skipWithoutBrowser } from './browser.js';
import { assertAccessible } from './pageChecks.js';
import { element, pixelsOf, translated } from './playgroundPage.js';
import { playgroundSite } from './playgroundSite.js';

// The playground where a browser lacks something, refuses it, or loses it on the way; and what hardware it is used with.

const { folder, site, server, assertTranslated } = playgroundSite();
const options = { skip: skipWithoutBrowser };
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

interface Settings {
  readonly args?: readonly string[];
  /** A script that the page runs before its own. */
  readonly script?: string;
  /** Done in the browser before the page is opened. */
  readonly prepare?: (page: Page) => Promise<unknown>;
  readonly url?: string;
}

/** The playground in a browser that is made odd before; its errors must be none in the end. */
async function withPage(
  query: string,
  { args = [], script = '', prepare = async () => {}, url = server().url }: Settings,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const { page, errors, close } = await openPage('about:blank', args);
  try {
    await page.addInitScript(script);
    await prepare(page);
    await page.goto(`${url}${query}`);
    await use(page);
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
}

/** A stroke by the mouse. */
async function draw(page: Page): Promise<void> {
  const { x, y, width } = (await page.locator('canvas.drawing').boundingBox())!;
  await page.mouse.move(x + 0.3 * width, y + 0.3 * width);
  await page.mouse.down();
  await page.mouse.move(x + 0.7 * width, y + 0.6 * width, { steps: 4 });
  await page.mouse.up();
}

const on = (page: Page, what: 'GPU' | 'processor') =>
  page.getByRole('status').getByText(`on your ${what}`).waitFor();

for (const [name, headers] of [
  ['without', {}],
  ['with', ISOLATION],
] as const) {
  test(`the processor translates ${name} threads`, options, async () => {
    const hosted = await serve(site, headers);
    try {
      await withPage('?backend=wasm', { url: hosted.url }, async (page) => {
        await translated(page);
        assert.equal(await page.evaluate('crossOriginIsolated'), name === 'with');
        await draw(page);
        await assertTranslated(page);
      });
    } finally {
      hosted.close();
    }
  });
}

test('without storage, and with a full one, the page works as long as it is open', options, async () => {
  const none = `for (const [owner, name] of [[Navigator.prototype, 'serviceWorker'], [window, 'caches'], [window, 'localStorage']])
    Object.defineProperty(owner, name, { get() { if (name === 'localStorage') throw new DOMException('no', 'SecurityError'); } });`;
  await withPage('?backend=wasm', { script: none }, async (page) => {
    await translated(page);
    await draw(page);
    await assertTranslated(page);
  });
  const prepare = async (page: Page) => {
    const session = await page.context().newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', {
      origin: new URL(server().url).origin,
      quotaSize: 1000,
    });
  };
  await withPage('?backend=wasm', { prepare }, async (page) => {
    await translated(page);
    await page.evaluate('navigator.serviceWorker.ready.then(() => {})');
    await draw(page);
    await assertTranslated(page);
  });
});

/** A GPU in software that says that it is none, and can be lost. */
const HARDWARE = `
  const info = { vendor: 'acme', architecture: '', device: '', description: '', isFallbackAdapter: false };
  const { requestAdapter } = GPU.prototype;
  GPU.prototype.requestAdapter = async function (...how) {
    const adapter = await requestAdapter.apply(this, how);
    const requestDevice = adapter.requestDevice.bind(adapter);
    Object.defineProperty(adapter, 'info', { value: info });
    adapter.requestDevice = async (...how) => (window.lostDevice = await requestDevice(...how));
    return adapter;
  };`;

test('when the GPU is lost the processor goes on, and the drawing stays', options, async () => {
  await withPage('', { args: SOFTWARE_GPU, script: HARDWARE }, async (page) => {
    await translated(page);
    await on(page, 'GPU');
    await draw(page);
    const drawing = await pixelsOf(page, 'drawing');
    await page.evaluate('window.lostDevice.destroy()');
    await page.keyboard.press('b'); // nothing that is drawn: the next stroke meets the loss
    await draw(page);
    await on(page, 'processor');
    await assertTranslated(page);
    await page.getByRole('button', { name: 'Undo' }).click();
    assert.deepEqual(await pixelsOf(page, 'drawing'), drawing);
    await assertTranslated(page);
  });
});

const CAMERA = ['--use-fake-device-for-media-stream'];

test('the camera gives a picture to translate', options, async () => {
  await withPage('?backend=wasm', { args: [...CAMERA, '--use-fake-ui-for-media-stream'] }, async (page) => {
    await translated(page);
    const before = await pixelsOf(page, 'drawing');
    await page.getByRole('button', { name: 'Camera' }).click();
    await page.waitForFunction(`${element('video')}?.videoWidth > 0`);
    await assertAccessible(page, 'with the camera');
    await page.evaluate(`window.track = ${element('video')}.srcObject.getTracks()[0]`);
    await page.getByRole('button', { name: 'Take the picture' }).click();
    await page.getByRole('list', { name: 'Pictures under the drawing' }).getByText('camera').waitFor();
    await page.waitForFunction('window.track.readyState === "ended"'); // its light is off
    assert.notDeepEqual((await pixelsOf(page, 'drawing')).data, before.data);
    await assertTranslated(page);
  });
});

for (const [name, args] of [
  ['refused', CAMERA],
  ['absent', []],
] as const) {
  test(`a camera that is ${name} is said to be, and the drawing stays`, options, async () => {
    const prepare = async (page: Page) => {
      const session = await page.context().newCDPSession(page);
      if (name === 'refused')
        await session.send('Browser.setPermission', { permission: { name: 'camera' }, setting: 'denied' });
    };
    await withPage('?backend=wasm', { args, prepare }, async (page) => {
      await translated(page);
      await draw(page);
      const drawing = await pixelsOf(page, 'drawing');
      await page.getByRole('button', { name: 'Camera' }).click();
      await page.getByRole('alert').getByText('the camera cannot be used').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Take the picture' }).count(), 0);
      assert.deepEqual(await pixelsOf(page, 'drawing'), drawing);
    });
  });
}

test('it fills the screen, and leaves it again', options, async () => {
  await withPage('?backend=wasm', {}, async (page) => {
    await translated(page);
    const button = page.getByRole('button', { name: 'Full screen' });
    await button.click();
    await page.waitForFunction('document.fullscreenElement !== null');
    await assertAccessible(page, 'full screen');
    await draw(page);
    await assertTranslated(page);
    await button.click();
    await page.waitForFunction('document.fullscreenElement === null');
  });
});

test('a finger draws, as the browser itself reports one', options, async () => {
  await withPage('?backend=wasm', {}, async (page) => {
    await translated(page);
    const before = await pixelsOf(page, 'drawing');
    const session = await page.context().newCDPSession(page);
    await session.send('Emulation.setTouchEmulationEnabled', { enabled: true });
    const { x, y, width } = (await page.locator('canvas.drawing').boundingBox())!;
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: number) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: at === undefined ? [] : [{ x: x + at * width, y: y + at * width }],
      });
    await touch('touchStart', 0.3);
    for (const at of [0.4, 0.5, 0.6]) await touch('touchMove', at);
    await touch('touchEnd');
    assert.notDeepEqual((await pixelsOf(page, 'drawing')).data, before.data);
    assert.equal(await page.evaluate('scrollY'), 0, 'the page did not scroll instead');
    await assertTranslated(page);
  });
});

test('it works in a frame of another address, without what frames may not', options, async () => {
  const frame = `<iframe title="Playground" width="900" height="700" src="${server().url}?backend=wasm"></iframe>`;
  const html = '<!doctype html><html lang="en"><title>Host</title><link rel="icon" href="data:,">';
  writeFileSync(join(folder, 'index.html'), html + frame);
  const host = await serve(folder);
  const { page, errors, close } = await openPage(host.url);
  try {
    const inside = page.frames()[1];
    await inside.waitForFunction(`${element('canvas.result')}?.width > 0`);
    assert.equal(await inside.evaluate('document.documentElement.className'), 'framed');
    assert.equal(await inside.getByRole('button', { name: 'Full screen' }).count(), 0);
    await inside.locator('canvas.drawing').click({ position: { x: 60, y: 60 } });
    await assertTranslated(inside as unknown as Page);
    await inside.getByRole('button', { name: 'Copy link' }).click();
    await inside.getByText(/The link is copied|#drawing=/).waitFor();
    assert.deepEqual(
      errors.filter((error) => !error.includes('Clipboard API')), // which frames may not use
      [],
    );
  } finally {
    await close();
    host.close();
  }
});
