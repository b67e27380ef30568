import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Page } from 'playwright-core';
import { synthesizeFacades } from '../src/data/make/synthesizeFacades.js';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { browserPath, openPage, serve } from './browser.js';
import { largestDifference, pixelsOf, translated } from './playgroundPage.js';
import { temporaryFolder } from './tinyRun.js';
import { makeRun } from './trainedRun.js';
import { until } from './until.js';

// A playground on a server, for a file of tests.

const ARGV = [
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

/** Exports a small model that takes label maps of facades, and serves it while a file's tests run. */
export function playgroundSite() {
  const folder = temporaryFolder();
  const site = join(folder, 'site');
  let server: Awaited<ReturnType<typeof serve>>;
  before(async () => {
    if (browserPath === undefined) return;
    await (await makeRun(folder, 'run', ARGV)).dispose();
    const dataroot = join(folder, 'facades');
    await synthesizeFacades({ out: dataroot, count: 8, size: 64 });
    await exportGenerator('run', { checkpointsDir: folder, format: 'web', dataroot, out: site });
    server = await serve(site);
  });
  after(() => server?.close());

  /** A loaded playground. */
  async function open(query: string, args: readonly string[] = []) {
    const opened = await openPage(`${server.url}${query}`, args);
    await translated(opened.page);
    return { ...opened, status: opened.page.getByRole('status') };
  }

  /** Waits until the result is that of what is drawn, as Node translates it. */
  async function assertTranslated(page: Page): Promise<void> {
    await using generator = await loadGenerator('run', { checkpointsDir: folder });
    const expected = await generator.translate(await pixelsOf(page, 'drawing'));
    let largest = 255;
    const isNear = async () => {
      const found = await pixelsOf(page, 'result');
      largest = largestDifference(found, expected);
      return largest <= 2;
    };
    await until(isNear, () => `the translation is ${largest} of 255 from Node's`);
  }

  return { folder, site, open, assertTranslated, server: () => server };
}
