import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadGenerator } from '../../src/inference/loadGenerator.js';
import { openPage, skipWithoutBrowser } from '../browser.js';
import { temporaryFolder } from '../tinyRun.js';
import { rawGet } from './rawConnection.js';
import { makeModels, withService } from './servedModels.js';

// The pages of the service, in a browser.

test('from the list of models to a playground that translates', { skip: skipWithoutBrowser }, async () => {
  const runs = temporaryFolder();
  await makeModels(runs, 'first', 'second <b>');
  await withService({ checkpointsDir: runs }, async (_, url) => {
    const { page, errors, close } = await openPage(`${url}/`);
    try {
      assert.deepEqual(await page.locator('li strong').allTextContents(), ['first', 'second <b>']);
      await page.getByRole('link', { name: 'playground of second <b>' }).click();
      await page.waitForURL('**/playground/**');
      const rgb = Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 7) % 256);
      const found = (await page.evaluate(`(async () => {
        const { pix2pix } = await import('./pix2pix.js');
        const rgb = ${JSON.stringify(rgb)};
        const image = new ImageData(32, 32);
        for (let i = 0; i < 1024; i++) image.data.set([...rgb.slice(3 * i, 3 * i + 3), 255], 4 * i);
        const { data } = await pix2pix('model/', { backend: 'wasm' }).translate(image);
        return [...data].filter((_, i) => i % 4 < 3);
      })()`)) as number[];
      const generator = await loadGenerator('second <b>', { checkpointsDir: runs, threads: 1 });
      const expected = await generator.translate({ data: Uint8Array.from(rgb), shape: [1, 32, 32, 3] });
      await generator.dispose();
      const difference = Math.max(...found.map((level, i) => Math.abs(level - expected.data[i])));
      assert.ok(difference <= 2, `${difference} of 255`); // its weights have 16 bits
      assert.deepEqual(errors, [], 'its policy lets the page do all that it does');
      assert.match(await rawGet(url, '/playground/first/index.html'), /^HTTP\/1\.1 200 /);
      for (const up of ['../..', '%2e%2e/%2e%2e', '..%2f..', 'model/../../..', './/../..', '..\\..'])
        assert.doesNotMatch(
          await rawGet(url, `/playground/first/${up}/owner.json`),
          /^HTTP\/1\.1 200 |"pid"/,
          up,
        );
      assert.equal((await fetch(`${url}/playground/third/`)).status, 404);
    } finally {
      await close();
    }
  });
});
