import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { renderFacade } from '../src/data/make/facade/renderFacade.js';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { browserPath, openPage, serve, skipWithoutBrowser } from './browser.js';
import { root, temporaryFolder } from './tinyRun.js';
import { makeRun } from './trainedRun.js';

// The component of examples/browser in a program of React, bundled as people bundle them.

const folder = temporaryFolder();
const examples = join(root, 'examples', 'browser');
const options = { skip: skipWithoutBrowser };
const SIDE = 64;
let server: Awaited<ReturnType<typeof serve>>;

const PROGRAM = `
  import { createElement, StrictMode } from 'react';
  import { createRoot } from 'react-dom/client';
  import { Translated } from './react.jsx';

  const root = createRoot(document.querySelector('main'));
  window.show = (props) => root.render(createElement(StrictMode, null, createElement(Translated, props)));
`;

before(async () => {
  if (browserPath === undefined) return;
  const sizes = ['--netG', 'unet_64', '--ngf', '4', '--load_size', `${SIDE}`, '--crop_size', `${SIDE}`];
  await (await makeRun(folder, 'run', sizes)).dispose();
  await exportGenerator('run', { checkpointsDir: folder, format: 'web', out: join(folder, 'site') });
  const web = join(root, 'dist', 'web');
  await build({
    stdin: { contents: PROGRAM, resolveDir: examples, loader: 'jsx' },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    jsx: 'automatic',
    nodePaths: [join(root, 'node_modules')],
    alias: { 'pix2pix-ts/web': join(web, 'pix2pix.js') },
    define: { 'process.env.NODE_ENV': '"development"' },
    logLevel: 'error',
  });
  for (const name of readdirSync(web).filter((each) => each.startsWith('ort-wasm')))
    copyFileSync(join(web, name), join(folder, name)); // as docs/deploy.md says
  const html =
    '<!doctype html><title>React</title><link rel="icon" href="data:,"><main></main><script type="module" src="stdin.js"></script>';
  writeFileSync(join(folder, 'index.html'), html);
  server = await serve(folder);
});
after(() => server?.close());

test('a component of React translates what it is given, and says what it cannot', options, async () => {
  const { page, errors, close } = await openPage(server.url);
  try {
    await page.waitForFunction('window.show');
    const { label } = renderFacade(3, 1, SIDE);
    await page.evaluate(`(() => {
      const rgb = ${JSON.stringify([...label])};
      const source = new ImageData(${SIDE}, ${SIDE});
      source.data.forEach((_, i) => { source.data[i] = i % 4 === 3 ? 255 : rgb[3 * (i >> 2) + (i % 4)]; });
      show({ model: '/site/model/', source });
    })()`);
    await page.waitForFunction(
      `(() => {
        const canvas = document.querySelector('canvas');
        return canvas?.width === ${SIDE} && canvas.getContext('2d').getImageData(0, 0, 1, 1).data[3] === 255;
      })()`,
    );
    const shown = (await page.evaluate(
      `[...document.querySelector('canvas').getContext('2d').getImageData(0, 0, ${SIDE}, ${SIDE}).data]`,
    )) as number[];
    await using generator = await loadGenerator('run', { checkpointsDir: folder });
    const { data } = await generator.translate({ data: label, shape: [1, SIDE, SIDE, 3] });
    const largest = Math.max(
      ...shown.filter((_, i) => i % 4 !== 3).map((byte, i) => Math.abs(byte - data[i])),
    );
    assert.ok(largest <= 2, `${largest} of 255 from Node's`);
    assert.deepEqual(errors, []);
    await page.evaluate(`show({ model: '/nowhere/' })`);
    await page.getByRole('alert').getByText('the model cannot be loaded').waitFor();
  } finally {
    await close();
  }
});

test('no example of a page has 60 lines', () => {
  for (const name of readdirSync(examples)) {
    const lines = readFileSync(join(examples, name), 'utf8').trimEnd().split('\n').length;
    assert.ok(lines < 60, `${name}: ${lines}`);
  }
});
