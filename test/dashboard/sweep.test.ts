import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { spreadOf } from '../../src/records/reading/spread.js';
import { skipWithoutBrowser } from '../browser.js';
import { temporaryFolder } from '../tinyRun.js';
import { until } from '../until.js';
import { type DashboardPage, openDashboard } from './dashboardPage.js';
import { makeSyntheticRuns } from './syntheticRuns.js';
import { l1Of, makeSyntheticSweep } from './syntheticSweep.js';

// A sweep in the dashboard: one row, one page; and runs grouped by an option.

const options = { skip: skipWithoutBrowser, timeout: 120_000 };
let dashboard: DashboardPage;
after(() => dashboard?.close());
const folder = temporaryFolder();

before(async () => {
  if (skipWithoutBrowser) return;
  await makeSyntheticRuns(folder, { points: 30, images: 1, runs: 2 });
  makeSyntheticSweep(folder, 'lr_sweep');
  dashboard = await openDashboard(folder);
  await dashboard.page.locator('tr[data-row]').nth(2).waitFor();
});

const bestOf = (seeds: readonly number[], lr: number) =>
  spreadOf(seeds.map((seed) => Math.min(...l1Of(lr, seed).map(Math.fround))))!;

test('a sweep is one row, which opens to its runs by pointer and by keyboard', options, async () => {
  const { page } = dashboard;
  const rows = page.locator('tr[data-row]');
  await until(async () => (await rows.count()) === 3);
  const sweep = page.locator('tr[data-group="lr_sweep"]');
  await sweep.getByText('sweep, 10 of 12 runs').waitFor();
  await sweep.getByText('75 %').waitFor(); // 8 whole runs and two halves, of 12
  await sweep.getByRole('button', { name: 'Open lr_sweep' }).click();
  await until(async () => (await rows.count()) === 13);
  await sweep.press('Enter');
  await until(async () => (await rows.count()) === 3);
});

test('its page shows combinations with mean and deviation over seeds, the best first', options, async () => {
  const { page } = dashboard;
  await page.locator('tr[data-group="lr_sweep"]').getByRole('link', { name: 'lr_sweep' }).click();
  await page.getByRole('heading', { name: 'lr_sweep', level: 1 }).waitFor();
  await page.getByText('sweep of 12 runs over lr, netG, seed').waitFor();
  const rows = page.getByRole('region', { name: 'Combinations' }).locator('tbody tr');
  assert.equal(await rows.count(), 4);
  const { mean, deviation } = bestOf([0, 1, 2], 0.0001);
  const shown = `${Number(mean.toPrecision(4))} ± ${Number(deviation!.toPrecision(2))}`;
  assert.equal(await rows.nth(0).locator('.number').innerText(), shown);
  assert.match(await rows.nth(0).innerText(), /^0\.0001\s+unet_128/);
  assert.equal(await rows.nth(0).getByRole('link').count(), 3);
  await page.getByText('lr=0.0001, netG=unet_256 (3 runs)').first().waitFor(); // of the charts' legend
});

test('runs are grouped by any options, which the table and the charts follow', options, async () => {
  const { page } = dashboard;
  await dashboard.open('#/');
  await page.getByRole('searchbox', { name: 'Filter of runs' }).fill('sweep = lr_sweep');
  await page.getByRole('button', { name: 'Group', exact: true }).click();
  await page.getByRole('checkbox', { name: 'lr', exact: true }).check();
  await page.keyboard.press('Escape');
  const groups = page.locator('tr[data-group]');
  await groups.nth(1).waitFor();
  assert.deepEqual((await Promise.all([0, 1].map((i) => groups.nth(i).getAttribute('data-group')))).sort(), [
    'lr=0.0001',
    'lr=0.0004',
  ]);
  const { mean, deviation } = bestOf([0, 1, 2, 0, 1, 2], 0.0001);
  const cell = `${Number(mean.toPrecision(4))} ± ${Number(deviation!.toPrecision(2))}`;
  await page.locator('tr[data-group="lr=0.0001"]').getByText(cell).waitFor();
  await page.getByText('lr=0.0001 (6 runs)').waitFor();
  await page.locator('canvas').first().waitFor();
  await page.getByLabel('Around the mean').selectOption('extremes');
  await page.getByRole('button', { name: 'Export val/L1' }).click();
  const link = page.getByRole('link', { name: 'CSV of all values' });
  const exported = async () =>
    new URL((await link.getAttribute('href'))!, 'http://x').searchParams.getAll('run').length;
  await until(async () => (await exported()) === 10); // every run, not the means
  assert.deepEqual(dashboard.offences, []);
});
