import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import { sampleImage } from '../src/inference/export/sampleImages.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import type { ModelIndex } from '../src/inference/portable/modelIndex.js';
import { openPage, SOFTWARE_GPU, serve, skipWithoutBrowser } from './browser.js';
import { translated } from './playgroundPage.js';
import { temporaryFolder } from './tinyRun.js';
import { makeRun } from './trainedRun.js';

// `pix2pix export --format web` as a browser sees it.

const folder = temporaryFolder();
const site = join(folder, 'site');
const WIDTH = 100; // no multiple of 32: the page must pad as Node does
const HEIGHT = 64;
let server: Awaited<ReturnType<typeof serve>>;

before(async () => {
  const model = await makeRun(folder, 'run', ['--netG', 'unet_32', '--ngf', '4', '--norm', 'batch']);
  await model.dispose();
  await exportGenerator('run', { checkpointsDir: folder, format: 'web', out: site });
  server = await serve(site);
});
after(() => server?.close());

/** The bytes of a model in its pieces, as a file for Node. */
function joined(): string {
  const index = JSON.parse(readFileSync(join(site, 'model', 'model.json'), 'utf8')) as ModelIndex;
  const bytes = Buffer.concat(index.chunks.map(({ name }) => readFileSync(join(site, 'model', name))));
  assert.equal(bytes.length, index.bytes);
  const file = join(folder, 'joined.safetensors');
  writeFileSync(file, bytes);
  return file;
}

test('no file is larger than static hosts take, and none is missing', () => {
  const names = readdirSync(site, { recursive: true }).map(String);
  for (const name of names) assert.ok(statSync(join(site, name)).size <= 25e6, name);
  assert.ok(names.includes('index.html') && names.includes('pix2pix.js'));
});

test('a canvas becomes what Node makes of it, within 2 of 255', { skip: skipWithoutBrowser }, async () => {
  const { page, errors, close } = await openPage(server.url);
  try {
    const image = sampleImage(WIDTH, HEIGHT, 3, 1);
    const generator = await loadGenerator(joined());
    const expected = await generator.translate(image);
    await generator.dispose();

    // Strings, because this file is compiled without a browser's types.
    const found = (await page.evaluate(`(async () => {
      const { pix2pix } = await import('./pix2pix.js');
      const rgb = ${JSON.stringify([...image.data])};
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [${WIDTH}, ${HEIGHT}];
      const context = canvas.getContext('2d');
      const pixels = context.createImageData(${WIDTH}, ${HEIGHT});
      for (let i = 0; i < ${WIDTH * HEIGHT}; i++) pixels.data.set([...rgb.slice(3 * i, 3 * i + 3), 255], 4 * i);
      context.putImageData(pixels, 0, 0);
      const progress = [];
      const generator = pix2pix('model/', { backend: 'wasm', onProgress: (state) => progress.push(state) });
      const [first, second] = await Promise.all([generator.translate(canvas), generator.translate(canvas)]);
      const same = first.data.every((byte, i) => byte === second.data[i]);
      await generator.dispose();
      return { width: first.width, height: first.height, data: [...first.data], same, progress: progress.at(-1) };
    })()`)) as {
      width: number;
      height: number;
      data: number[];
      same: boolean;
      progress: { loaded: number; total: number };
    };

    assert.deepEqual([found.width, found.height, found.same], [WIDTH, HEIGHT, true]);
    assert.equal(found.progress.loaded, found.progress.total);
    const rgb = found.data.filter((_, i) => i % 4 !== 3);
    const differences = rgb.map((byte, i) => Math.abs(byte - expected.data[i]));
    assert.ok(Math.max(...differences) <= 2, `${Math.max(...differences)}`);
    assert.ok(new Set(rgb).size > 50, 'the picture is no even grey');
    assert.deepEqual(errors, []);
    assert.ok(server.requests.every((path) => !path.includes('..')));
  } finally {
    await close();
  }
});

test('the page translates a chosen file and shows it', { skip: skipWithoutBrowser }, async () => {
  const { page, errors, close } = await openPage(`${server.url}?backend=wasm`);
  try {
    const { encodePng } = await import('../src/records/writing/encodePng.js');
    const png = Buffer.from(await encodePng(sampleImage(256, 192, 3, 2)));
    await translated(page);
    await page.setInputFiles('input[type=file]', { name: 'labels.png', mimeType: 'image/png', buffer: png });
    await page.locator('canvas.result[width="256"][height="192"]').waitFor();
    const coloured = await page.evaluate(`(() => {
      const c = document.querySelector('pix2pix-translate').shadowRoot.querySelector('canvas.result');
      return new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size;
    })()`);
    assert.ok(Number(coloured) > 50);
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});

test('the GPU, and several threads, give the same', { skip: skipWithoutBrowser }, async (t) => {
  // what threads need of a server; SwiftShader is a GPU in software that Chromium brings
  const isolation = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  };
  const isolated = await serve(site, isolation);
  const { page, errors, close } = await openPage(isolated.url, SOFTWARE_GPU);
  try {
    const image = sampleImage(64, 32, 3, 5);
    await using generator = await loadGenerator(joined());
    const expected = await generator.translate(image);
    const found = (await page.evaluate(`(async () => {
      const { pix2pix } = await import('./pix2pix.js');
      const image = { data: Uint8Array.from(${JSON.stringify([...image.data])}), shape: [1, 32, 64, 3] };
      const translations = { isolated: crossOriginIsolated };
      const hasGpu = (await navigator.gpu?.requestAdapter()) != null;
      for (const backend of hasGpu ? ['wasm', 'webgpu'] : ['wasm']) {
        translations[backend] = [...(await pix2pix('model/', { backend }).translate(image)).data];
      }
      return translations;
    })()`)) as { isolated: boolean; wasm: number[]; webgpu?: number[] };
    assert.ok(found.isolated);
    if (found.webgpu === undefined) t.diagnostic('this Chromium has no WebGPU: threads alone were tried');
    for (const data of [found.wasm, found.webgpu ?? found.wasm]) {
      const differences = data.map((byte, i) => Math.abs(byte - expected.data[i]));
      assert.ok(Math.max(...differences) <= 2, `${Math.max(...differences)}`);
    }
    assert.deepEqual(errors, []);
  } finally {
    await close();
    isolated.close();
  }
});

test('opened as a file, the page says that it has to be served', { skip: skipWithoutBrowser }, async () => {
  const { page, close } = await openPage(pathToFileURL(join(site, 'index.html')).href);
  try {
    await page
      .getByRole('status')
      .getByText(/^This page was opened as a file.*npx http-server/s)
      .waitFor();
  } finally {
    await close();
  }
});

test('a piece that is missing is named', { skip: skipWithoutBrowser }, async () => {
  const { page, close } = await openPage(server.url);
  try {
    const message = await page.evaluate(
      `import('./pix2pix.js').then(({ pix2pix }) => pix2pix('nowhere/').ready()).catch((error) => error.message)`,
    );
    assert.match(String(message), /^the model cannot be loaded\n {2}file +http.*nowhere\/model\.json\n/);
  } finally {
    await close();
  }
});
