import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { EventTracker } from '../../src/records/writing/eventTracker.js';
import { skipWithoutBrowser } from '../browser.js';
import { temporaryFolder } from '../tinyRun.js';
import { until } from '../until.js';
import { sessionOf, writeRecord } from '../writtenRun.js';
import { assertAccessible, assertFits, type DashboardPage, openDashboard, PHONE } from './dashboardPage.js';

// The view that compares runs: of many options that differ it draws those that may be causes, and all of what it draws.

const options = { skip: skipWithoutBrowser, timeout: 120_000 };
const METRIC = 'best(val/L1)';

let dashboard: DashboardPage;
after(() => dashboard?.close());
const folder = temporaryFolder();

before(async () => {
  if (skipWithoutBrowser) return;
  for (let i = 0; i < 3; i++) writeRun(`run${i}`, i);
  dashboard = await openDashboard(folder);
  await dashboard.page.locator('tr[data-run]').nth(2).waitFor();
});

/** Runs in which eight causes differ, and as many options that are none. */
function writeRun(name: string, i: number): void {
  const causes = {
    ...{ batch_size: 1 + i, beta1: 0.5 + i / 10, crop_size: 256 * (1 + i), init_gain: 0.02 * (1 + i) },
    ...{ lambda_L1: 10 ** i, lr: 0.0002 * (1 + i), netG: ['unet_256', 'unet_128', 'resnet_9blocks'][i] },
    ngf: 64 >> i,
  };
  const others = {
    ...{ continue_train: i === 1, dashboard: i === 0, display_freq: 100 * (1 + i), epoch_count: 1 + i },
    ...{ intra_threads: i, num_threads: i, print_freq: 10 + i, seed: i, verbose: i === 2 },
  };
  const run = join(folder, name);
  mkdirSync(run);
  writeRecord(
    run,
    sessionOf(name, { options: { name, ...causes, ...others }, exit: { reason: 'finished' } }),
  );
  const events = new EventTracker(run);
  events.scalars({ step: 10, epoch: 1, iteration: 10 }, { 'val/L1': 0.3 - i / 10 });
  events.close();
}

const axes = () => dashboard.page.locator('.parallel .axis-name').allTextContents();

/** Whether no name of an axis lies outside of what is seen of the plot, which is drawn anew after its width has changed. */
function isSeenWhole(): Promise<boolean> {
  return dashboard.page.evaluate(`(() => {
    const view = document.querySelector('[aria-label="Parallel coordinates"].scrolls').getBoundingClientRect();
    return [...document.querySelectorAll('.parallel text')].every((text) => {
      const { left, right } = text.getBoundingClientRect();
      return left >= view.left && right <= view.right;
    });
  })()`);
}

test('axes are the likeliest causes and the metric, and all of them are seen', options, async () => {
  const { page } = dashboard;
  for (const [width, least] of [
    [1280, 6],
    [1024, 5],
    [PHONE.width, 3],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await dashboard.open('#/compare');
    await page.locator('.parallel').scrollIntoViewIfNeeded();
    await until(isSeenWhole, () => `axes are cut off at ${width}`);
    const shown = await axes();
    assert.deepEqual(
      shown.slice(0, -1).slice(0, 3),
      ['netG', 'ngf', 'lr'].slice(0, shown.length - 1),
      `at ${width}`,
    );
    assert.equal(shown.at(-1), METRIC, `at ${width}`);
    assert.ok(shown.length >= least, `${shown} at ${width}`);
    await assertFits(page, `compare at ${width}`);
  }
});

test('a person chooses the axes, which stay when the page is loaded again', options, async () => {
  const { page } = dashboard;
  await page.setViewportSize({ width: 1280, height: 900 });
  await dashboard.open('#/compare');
  await page.getByRole('button', { name: 'Axes' }).click();
  await page.getByRole('searchbox', { name: 'Find an axis' }).fill('seed');
  await page.getByRole('checkbox', { name: 'seed' }).check();
  await assertAccessible(page, 'choosing axes');
  await page.getByRole('searchbox', { name: 'Find an axis' }).fill('netG');
  await page.getByRole('checkbox', { name: 'netG' }).uncheck();
  const has = async (name: string) => (await axes()).includes(name);
  await until(async () => (await has('seed')) && !(await has('netG')));
  const chosen = await axes();
  assert.equal(chosen.at(-1), METRIC);
  await page.reload();
  await page.locator('.parallel').waitFor();
  assert.deepEqual(await axes(), chosen);
  await page.getByRole('button', { name: 'Axes' }).click();
  await page.getByRole('button', { name: 'As at first' }).click();
  await until(async () => (await axes())[0] === 'netG');
  assert.deepEqual(dashboard.offences, []);
});
