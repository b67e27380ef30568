import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { renderFacade } from '../src/data/make/facade/renderFacade.js';
import { sideBySide } from '../src/data/make/sideBySide.js';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { type DashboardServer, startDashboard } from '../src/records/dashboard/dashboardServer.js';
import { encodePng } from '../src/records/writing/encodePng.js';
import { serve } from './browser.js';
import type { DrivenPage } from './drivenPage.js';
import { FIREFOX_WEBGPU, type FirefoxPage, openFirefox, skipWithoutFirefox } from './firefox.js';
import { element, largestDifference, pixelsOf } from './playgroundPage.js';
import { pix2pix, root, temporaryFolder, textOf } from './tinyRun.js';
import { makeRun } from './trainedRun.js';
import { inThread, type PageFile } from './trainPageThread.js';
import { until } from './until.js';
import { openWebKit, skipWithoutWebKit } from './webKit.js';

// The pages in Firefox and in WebKit, as they are installed: what other tests ask in Chromium, in short.

const folder = temporaryFolder();
const dataroot = join(folder, 'data');
const SIDE = 64;
const STEPS = 2; // the second learns from the first
const FLAGS = {
  ...{ direction: 'BtoA', netG: 'unet_32', ngf: 4, ndf: 4, netD: 'patch16', preprocess: 'none' },
  ...{ n_epochs: 2, n_epochs_decay: 0, max_steps: 2 * STEPS },
};
const pairs: PageFile[] = [];
/** What Node's training has lost at each step. */
let log = '';
let site: Awaited<ReturnType<typeof serve>>;
let web: Awaited<ReturnType<typeof serve>>;
let dashboard: DashboardServer;
let firefox: FirefoxPage;
let webKit: DrivenPage;

before(async () => {
  if (skipWithoutFirefox && skipWithoutWebKit) return;
  mkdirSync(join(dataroot, 'train'), { recursive: true });
  for (const name of ['1.png', '2.png']) {
    const { photo, label } = renderFacade(1, pairs.length, SIDE);
    const pair = sideBySide(photo, label, SIDE, SIDE);
    const png = await encodePng({ data: new Uint8Array(pair), shape: [1, SIDE, 2 * SIDE, 3] });
    writeFileSync(join(dataroot, 'train', name), png);
    pairs.push({ name, base64: Buffer.from(png).toString('base64') });
  }
  const runs = join(folder, 'runs');
  const flags = Object.entries(FLAGS).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const here = ['--name', 'node', '--dataroot', dataroot, '--checkpoints_dir', runs, '--device', 'cpu'];
  const { status, stderr } = pix2pix(folder, ['train', ...flags, ...here, '--print_freq', '1', '--quiet']);
  assert.equal(status, 0, stderr);
  log = textOf(runs, 'node', 'loss_log.txt');
  const small = ['--netG', 'unet_64', '--ngf', '4', '--load_size', '64', '--crop_size', '64'];
  await (await makeRun(folder, 'run', [...small, '--direction', 'BtoA'])).dispose();
  const out = join(folder, 'site');
  await exportGenerator('run', { checkpointsDir: folder, format: 'web', dataroot, out });
  [site, web] = [await serve(out), await serve(join(root, 'dist', 'web'))];
  dashboard = await startDashboard({ logDirectory: runs, port: 0 });
  if (!skipWithoutFirefox) firefox = await openFirefox(FIREFOX_WEBGPU);
  // as on a Linux that was set up without a language
  if (!skipWithoutWebKit) webKit = await openWebKit({ LC_ALL: 'C.UTF-8' });
});
after(async () => {
  await Promise.all([firefox?.close(), webKit?.close(), dashboard?.close()]);
  site?.close();
  web?.close();
});

/** A line by a pen; what is made has no pointer that could be captured. */
const DRAW = `(() => {
  const canvas = ${element('canvas.drawing')};
  Object.assign(canvas, { setPointerCapture: () => {}, hasPointerCapture: () => true });
  const { left, top, width } = canvas.getBoundingClientRect();
  for (const [type, at] of [['pointerdown', 0.3], ['pointermove', 0.7], ['pointerup', 0.7]]) {
    const [clientX, clientY] = [left + at * width, top + at * width];
    canvas.dispatchEvent(new PointerEvent(type, { isPrimary: true, bubbles: true, clientX, clientY }));
  }
})()`;

const messages = async (page: DrivenPage) =>
  String(await page.evaluate(`${element('.messages')}?.innerText`));

/** Draws, and waits until the translation is Node's. */
async function assertDrawnAsInNode(page: DrivenPage, backend: 'wasm' | 'webgpu'): Promise<void> {
  await page.goto(`${site.url}?backend=${backend}`);
  await page.evaluate(`customElements.whenDefined('pix2pix-translate').then(() => {})`);
  await until(async () => /\d ms\s/.test(`${await messages(page)}\n`));
  const start = await pixelsOf(page, 'drawing');
  await page.evaluate(DRAW);
  await until(async () => largestDifference(await pixelsOf(page, 'drawing'), start) > 2);
  await using generator = await loadGenerator('run', { checkpointsDir: folder });
  const expected = await generator.translate(await pixelsOf(page, 'drawing'));
  assert.ok(largestDifference(expected, await generator.translate(start)) > 20);
  await until(async () => largestDifference(await pixelsOf(page, 'result'), expected) <= 2);
}

/** How many pixels of the first chart have a colour, as lines have, and nothing else. */
const COLOURED = `(() => {
  const canvas = document.querySelector('.u-wrap canvas');
  if (canvas === null || canvas.width === 0) return 0;
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [r, g, b, opacity] = data.subarray(i, i + 4);
    if (opacity > 128 && Math.max(r, g, b) - Math.min(r, g, b) > 60) count++;
  }
  return count;
})()`;

/** The height of a menu with two lines in it. */
const MENU = `(() => {
  const menu = document.querySelector('.menu.views');
  menu.showPopover();
  return menu.getBoundingClientRect().height;
})()`;

async function assertShowsRun(page: DrivenPage): Promise<void> {
  await page.goto(dashboard.url);
  await until(async () => Number(await page.evaluate(COLOURED)) > 100);
  assert.match(String(await page.evaluate('document.querySelector("tbody").innerText')), /node/);
  assert.ok(Number(await page.evaluate(MENU)) < 150);
}

const inFirefox = { skip: skipWithoutFirefox };
const inWebKit = { skip: skipWithoutWebKit };

for (const backend of ['wasm', 'webgpu'] as const) {
  test(`Firefox: what is drawn is translated as in Node, by ${backend}`, inFirefox, async () => {
    await assertDrawnAsInNode(firefox, backend);
    assert.deepEqual(firefox.errors, []);
  });
}

test('Firefox: the dashboard shows the curves of a run', inFirefox, async () => {
  await assertShowsRun(firefox);
  assert.deepEqual(firefox.errors, []);
});

test('Firefox: the training page makes the steps of Node', inFirefox, async () => {
  await firefox.goto(`${web.url}train/`);
  const options = { ...FLAGS, name: 'page', dataroot: 'browser', device: 'webgpu', max_steps: STEPS };
  const keep = '(event) => { if (event.kind === "step") window.losses = event.losses; }';
  const ended = await inThread(firefox, { kind: 'start', run: 'page', options }, pairs, keep);
  assert.deepEqual(ended, { kind: 'ended', reason: 'paused', step: STEPS });
  const losses = (await firefox.evaluate('window.losses')) as Record<string, number>;
  const [, line] = new RegExp(`iters: ${STEPS}, [^)]*\\) (.*)`).exec(log)!; // G_GAN: 0.696 G_L1: 37.119 ...
  const expected = [...line.matchAll(/(\w+): ([\d.]+)/g)].map(
    ([, name, loss]) => [name, Number(loss)] as const,
  );
  assert.equal(expected.length, 4);
  for (const [name, loss] of expected) {
    assert.ok(
      Math.abs(losses[name] - loss) < 1e-3 * loss + 5e-4,
      `${name}: ${losses[name]}, in Node ${loss}`,
    );
  }
  assert.deepEqual(firefox.errors, []);
});

test('Firefox: where it keeps the pixels of pictures from pages, they say so', inFirefox, async () => {
  const page = await openFirefox({ 'privacy.resistFingerprinting': true });
  try {
    await page.goto(`${site.url}?backend=wasm`); // which begins with an example
    await until(async () => (await messages(page)).includes('this browser gives pages other pixels'));
    assert.deepEqual(page.errors, []);
  } finally {
    await page.close();
  }
});

test('WebKit: what is drawn is translated as in Node', inWebKit, () => assertDrawnAsInNode(webKit, 'wasm'));

test('WebKit: the dashboard shows the curves of a run', inWebKit, () => assertShowsRun(webKit));

test('WebKit: the training page says what it lacks', inWebKit, async () => {
  await webKit.goto(`${web.url}train/`);
  await until(async () =>
    /This browser has no WebGPU/.test(String(await webKit.evaluate('document.body.innerText'))),
  );
});
