import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { build } from 'vite';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { browserPath, openPage, serve, skipWithoutBrowser } from './browser.js';
import { root, temporaryFolder } from './tinyRun.js';
import { makeRun } from './trainedRun.js';

// Programs that import pix2pix-ts/web, built by Vite without a setting: the page itself, and a worker of it. Both are served
// under a path, with a strict policy of what a page may load.

const folder = temporaryFolder();
const SIDE = 64;
const IMAGE = `{ data: Uint8Array.from({ length: ${3 * SIDE * SIDE} }, (_, i) => i % 251), shape: [1, ${SIDE}, ${SIDE}, 3] }`;

const TRANSLATES = `
  import { loadGenerator } from 'pix2pix-ts/web';
  export async function translated(model) {
    const generator = await loadGenerator(model, { backend: 'wasm' });
    const { data } = await generator.translate(${IMAGE});
    const bitmap = await createImageBitmap(new ImageData(${SIDE}, ${SIDE}));
    await generator.translate(bitmap);
    await generator.dispose();
    return [...data];
  }`;
const WORKER = `
  import { translated } from './translates.js';
  onmessage = ({ data }) => translated(data).then(postMessage, ({ message }) => postMessage(message));`;
const PAGE = `
  import { translated } from './translates.js';
  import 'pix2pix-ts/web/element';
  const element = document.createElement('pix2pix-translate');
  window.ready = new Promise((resolve) => element.addEventListener('ready', () => resolve()));
  element.model = 'site/model/'; // as frameworks do
  document.body.append(element);
  window.inPage = () => translated('site/model/');
  window.inWorker = () => new Promise((resolve) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage(new URL('site/model/', document.baseURI).href);
  });`;
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src 'self' data: blob:";

before(async () => {
  if (browserPath === undefined) return;
  const sizes = ['--netG', 'unet_64', '--ngf', '4', '--load_size', `${SIDE}`, '--crop_size', `${SIDE}`];
  await (await makeRun(folder, 'run', sizes)).dispose();
  const source = join(folder, 'source');
  mkdirSync(source);
  const html = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}"><link rel="icon" href="data:,">
    <script type="module" src="./page.js"></script>`;
  const files = { 'translates.js': TRANSLATES, 'worker.js': WORKER, 'page.js': PAGE, 'index.html': html };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(source, name), text);
  const web = join(root, 'dist', 'web');
  await build({
    root: source,
    base: './',
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    resolve: {
      alias: [
        { find: 'pix2pix-ts/web/element', replacement: join(web, 'element.js') },
        { find: 'pix2pix-ts/web', replacement: join(web, 'pix2pix.js') },
      ],
    },
    build: { outDir: join(folder, 'served', 'app') },
  });
  await exportGenerator('run', {
    checkpointsDir: folder,
    format: 'web',
    out: join(folder, 'served', 'app', 'site'),
  });
});

test('a page that Vite builds translates as Node does, and so does its worker', {
  skip: skipWithoutBrowser,
}, async () => {
  const assets = readdirSync(join(folder, 'served', 'app', 'assets'));
  assert.ok(assets.some((name) => /^ort-wasm.*\.wasm$/.test(name)));
  const server = await serve(join(folder, 'served'));
  const { page, errors, close } = await openPage(`${server.url}app/`);
  try {
    await page.waitForFunction('window.inWorker');
    const found = [await page.evaluate('inPage()'), await page.evaluate('inWorker()')] as number[][];
    await using generator = await loadGenerator('run', { checkpointsDir: folder });
    const data = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, i) => i % 251);
    const wanted = await generator.translate({ data, shape: [1, SIDE, SIDE, 3] });
    for (const bytes of found) {
      assert.ok(Array.isArray(bytes), String(bytes));
      const largest = Math.max(...bytes.map((byte, i) => Math.abs(byte - wanted.data[i])));
      assert.ok(largest <= 2, `${largest} of 255 from Node's`);
    }
    await page.locator('pix2pix-translate .playground').waitFor();
    const element = `document.querySelector('pix2pix-translate')`;
    const shown = `getComputedStyle(${element}.shadowRoot.querySelector('.playground')).display`;
    assert.equal(await page.evaluate(shown), 'grid', 'its style is missing');
    await page.evaluate('ready');
    assert.deepEqual(errors, []);
  } finally {
    await close();
    await server.close();
  }
});
