import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { csvParse } from 'd3-dsv';
import type { Download } from 'playwright-core';
import { skipWithoutBrowser } from '../browser.js';
import { temporaryFolder } from '../tinyRun.js';
import {
  assertAccessible,
  assertFits,
  type DashboardPage,
  openDashboard,
  PHONE,
  watch,
} from './dashboardPage.js';
import { makeSyntheticRuns } from './syntheticRuns.js';

// The actions of a user on the page: filter, compare, export, send, delete; and all of it by keyboard.

const POINTS = 120;
const options = { skip: skipWithoutBrowser, timeout: 120_000 };

let dashboard: DashboardPage;
after(() => dashboard?.close());
const folder = temporaryFolder();

before(async () => {
  if (skipWithoutBrowser) return;
  await makeSyntheticRuns(folder, { points: POINTS });
  dashboard = await openDashboard(folder);
});

const rows = () => dashboard.page.locator('tr[data-run]');
const filter = () => dashboard.page.getByRole('searchbox', { name: 'Filter of runs' });

/** The path of the file that a click on the element of this name saves. */
async function saved(name: string, role: 'link' | 'button'): Promise<Download> {
  const [download] = await Promise.all([
    dashboard.page.waitForEvent('download'),
    dashboard.page.getByRole(role, { name }).click(),
  ]);
  return download;
}

test('a filter leaves the runs that fit, and says what it cannot understand', options, async () => {
  const { page } = dashboard;
  await rows().nth(7).waitFor();
  await filter().fill('lr > 3e-4');
  await page.getByText('2 of 8 runs').waitFor(); // every third has 4e-4
  assert.deepEqual(await namesOfRows(), ['facades_nan', 'facades_stopped']);
  await filter().fill('lr >');
  await page.locator('#filter-error').getByText(/\w/).waitFor();
  await filter().fill('');
  await page.getByText(/^8 runs/).waitFor();
});

async function namesOfRows(): Promise<string[]> {
  const all = await rows().all();
  return (await Promise.all(all.map(async (row) => (await row.getAttribute('data-run'))!))).sort();
}

test('runs are compared: what differs stands first', options, async () => {
  await dashboard.open('#/');
  await filter().fill('direction = BtoA'); // all but the foreign one, of which no options are known
  await dashboard.page.getByRole('link', { name: 'Compare' }).click();
  await dashboard.page.getByRole('heading', { name: 'Options that differ' }).waitFor();
  const different = dashboard.page.getByRole('region', { name: 'Options that differ' });
  await different.getByText('lambda_L1').first().waitFor();
  assert.equal(await different.getByText('direction', { exact: true }).count(), 0, 'it is the same in all');
  await dashboard.open('#/');
  await filter().fill('');
});

test('a chart is saved as CSV, JSON, PNG and SVG', options, async () => {
  const { page } = dashboard;
  await dashboard.open('#/run/facades_finished');
  await page.getByRole('button', { name: 'Export loss/G_L1' }).click();
  const csv = csvParse(readFileSync(await (await saved('CSV of all values', 'link')).path(), 'utf8'));
  assert.equal(csv.length, POINTS);
  assert.deepEqual(
    new Set(csv.map(({ run, tag }) => `${run} ${tag}`)),
    new Set(['facades_finished loss/G_L1']),
  );
  const json = JSON.parse(readFileSync(await (await saved('JSON of all values', 'link')).path(), 'utf8'));
  assert.deepEqual(
    json[0].points.map(([step, , value]: number[]) => [step, value]),
    csv.map(({ step, value }) => [Number(step), Number(value)]),
  );
  const png = readFileSync(await (await saved('PNG as shown', 'button')).path());
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  const svg = readFileSync(await (await saved('SVG as shown', 'button')).path(), 'utf8');
  assert.match(svg, /^<svg [\s\S]*loss\/G_L1[\s\S]*<\/svg>\s*$/);
});

test('a run sent as one file is whole without server and network', options, async () => {
  const { page } = dashboard;
  await dashboard.open('#/run/facades_finished');
  const download = await saved('Export as one HTML file', 'link');
  const file = join(folder, '..', `${download.suggestedFilename()}`);
  await download.saveAs(file);
  const report = await page.context().browser()!.newPage({ viewport: PHONE });
  const offences = watch(report, pathToFileURL(file).href);
  await report.context().setOffline(true);
  await report.goto(pathToFileURL(file).href);
  await report.getByRole('heading', { name: 'facades_finished', level: 1 }).waitFor();
  await report.getByRole('heading', { name: 'Charts' }).scrollIntoViewIfNeeded(); // drawn when in sight
  await report.locator('canvas').first().waitFor();
  for (const name of ['Options', 'Session', 'Networks', 'Files', 'Log']) {
    await report.getByRole('heading', { name, exact: true }).waitFor();
  }
  const image = report.locator('img[data-visual="fake_B"]');
  const before = await image.getAttribute('src');
  assert.match(before!, /^data:image\/png/);
  await report.getByRole('slider', { name: 'Step' }).press('Home');
  await report.locator(`img[data-visual="fake_B"]:not([src="${before}"])`).waitFor();
  assert.equal(await report.getByRole('button', { name: 'Stop after this step' }).count(), 0);
  await assertFits(report, 'report on a phone');
  await assertAccessible(report, 'report');
  assert.deepEqual(offences, []);
  await report.context().close();
});

test('of a run that was continued, what any of its sessions was given stands first', options, async () => {
  const { page } = dashboard;
  await dashboard.open('#/run/facades_resumed');
  const section = page.getByRole('region', { name: 'Options' });
  const row = (name: string) =>
    section.locator('.pairs > div', { has: page.getByText(name, { exact: true }) });
  await row('dataroot').getByText('session 1').waitFor();
  await row('lr').getByText('session 2; 0.0001 in session 1').waitFor();
  await section.getByText('left to their defaults').click();
  assert.equal(await row('n_epochs').isVisible(), true);
  assert.equal(await section.locator('details').getByText('dataroot').count(), 0);
});

test('a run is deleted only by who has typed its name', options, async () => {
  const { page } = dashboard;
  await dashboard.open('#/');
  await page.getByRole('button', { name: 'Edit facades_stopped' }).click();
  await page.getByRole('button', { name: 'Delete…' }).click();
  const button = page.getByRole('button', { name: 'Delete for ever' });
  const name = page.getByLabel('Type its name to confirm');
  assert.equal(await button.isDisabled(), true);
  await name.fill('facades_stoppe');
  assert.equal(await button.isDisabled(), true);
  assert.ok(existsSync(join(folder, 'facades_stopped')));
  await name.fill('facades_stopped');
  await button.click();
  await page.locator('tr[data-run="facades_stopped"]').waitFor({ state: 'detached' });
  assert.ok(!existsSync(join(folder, 'facades_stopped')));
  assert.equal(existsSync(join(folder, 'facades_finished')), true);
});

/** Presses a key until the element that has the focus fits. */
async function pressUntil(key: string, selector: string): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    await dashboard.page.keyboard.press(key);
    if (await dashboard.page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
  }
  assert.fail(`${key} does not lead to ${selector}`);
}

test('everything can be reached and done by keyboard', options, async () => {
  const { page } = dashboard;
  await dashboard.open('#/');
  await page.reload();
  await rows().first().waitFor();
  await pressUntil('Tab', '.skip');
  await pressUntil('Tab', '#filter');
  await page.keyboard.type('facades_fin');
  await rows().nth(1).waitFor({ state: 'detached' });
  await pressUntil('Tab', 'tr[data-run]');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'facades_finished', level: 1 }).waitFor();
  await page.getByRole('slider', { name: 'Step' }).waitFor();
  await pressUntil('Tab', 'input[aria-label="Step"]');
  await page.keyboard.press('ArrowLeft');
  await page.getByText('5 of 6').waitFor();
  await pressUntil('Tab', 'button.tile-open');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('input', { exact: true }).waitFor();
  await assertAccessible(page, 'full size');
  await page.keyboard.press('ArrowDown');
  await dialog.getByText('output', { exact: true }).waitFor();
  const step = await dialog.getByText(/step [\d,]+/).innerText();
  await page.keyboard.press('ArrowLeft');
  await dialog.getByText(step).waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.locator('button.tile-open:focus').waitFor(); // the focus comes back
  assert.deepEqual(dashboard.offences, []);
});
