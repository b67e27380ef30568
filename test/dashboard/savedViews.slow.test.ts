import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { skipWithoutBrowser } from '../browser.js';
import { temporaryFolder } from '../tinyRun.js';
import { PATIENCE } from '../until.js';
import { assertAccessible, type DashboardPage, openDashboard } from './dashboardPage.js';
import { makeSyntheticRuns } from './syntheticRuns.js';

// Views that are kept with the runs: another browser finds them.

const options = { skip: skipWithoutBrowser };
const folder = temporaryFolder();
const file = join(folder, '.pix2pix-views.json');
let dashboard: DashboardPage;
after(() => dashboard?.close());
before(async () => {
  if (skipWithoutBrowser) return;
  await makeSyntheticRuns(folder, { points: 20, images: 1, runs: 4 });
  dashboard = await openDashboard(folder);
  await dashboard.page.locator('tr[data-run]').nth(3).waitFor();
});
const filter = () => dashboard.page.getByRole('searchbox', { name: 'Filter of runs' });
const openViews = () => dashboard.page.getByRole('button', { name: 'Views', exact: true }).click();

test(
  'a view brings back filter, groups, columns, drawn runs and chart settings, in another browser too',
  options,
  async () => {
    const { page } = dashboard;
    await filter().fill('lr < 3e-4');
    await page.getByRole('button', { name: 'Group', exact: true }).click();
    await page.getByRole('checkbox', { name: 'netG', exact: true }).check();
    await page.keyboard.press('Escape');
    await page.getByRole('checkbox', { name: 'Log scale' }).check();
    await page.getByRole('checkbox', { name: 'Draw all of netG=unet_256' }).uncheck();
    await openViews();
    await page.getByText('No view is saved yet').waitFor();
    await page.getByRole('textbox', { name: 'Name of the view' }).fill('small rates');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'small rates', exact: true }).waitFor();
    await assertAccessible(page, 'views');
    await page.evaluate('localStorage.clear()');
    const other = await page.context().browser()!.newContext();
    other.setDefaultTimeout(PATIENCE);
    const fresh = await other.newPage();
    await fresh.goto(dashboard.server.url);
    await fresh.locator('tr[data-run]').nth(3).waitFor();
    await fresh.getByRole('button', { name: 'Views', exact: true }).click();
    await fresh.getByRole('button', { name: 'small rates', exact: true }).click();
    await fresh.locator('tr[data-group="netG=unet_256"]').waitFor();
    assert.equal(await fresh.getByRole('searchbox', { name: 'Filter of runs' }).inputValue(), 'lr < 3e-4');
    assert.equal(await fresh.getByRole('checkbox', { name: 'Log scale' }).isChecked(), true);
    assert.equal(await fresh.getByRole('checkbox', { name: 'Draw all of netG=unet_256' }).isChecked(), false);
    assert.equal(
      await fresh.getByRole('checkbox', { name: 'Draw all of netG=resnet_9blocks' }).isChecked(),
      true,
    );
    await other.close();
  },
);

test('a view is deleted; one that somebody has written by hand does what it can', options, async () => {
  const { page } = dashboard;
  await dashboard.open('#/');
  await page.reload();
  const settings = { filter: 'facades_finished', smoothing: 'much', xAxis: 'moon', columns: [1], extra: {} };
  writeFileSync(
    file,
    JSON.stringify([{ name: 'by hand', settings }, ...JSON.parse(readFileSync(file, 'utf8'))]),
  );
  await openViews();
  await page.getByRole('button', { name: 'Delete the view small rates' }).click();
  await page.getByRole('button', { name: 'small rates', exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'by hand', exact: true }).click();
  await page.getByText(/^1 of 4 runs/).waitFor();
  assert.deepEqual(dashboard.offences, []);
});

test(
  'what is no view is refused, and nothing is written without the token of the page',
  options,
  async () => {
    const { page } = dashboard;
    const before = readFileSync(file, 'utf8');
    const post = (body: unknown, token: string) =>
      page.evaluate(
        `fetch('api/view/save', { method: 'POST', headers: { 'x-pix2pix-token': ${token} }, body: ${JSON.stringify(JSON.stringify(body))} })
        .then(({ status }) => status)`,
      );
    const own = `document.querySelector('meta[name=token]').content`;
    assert.equal(await post({ name: 'x', settings: {} }, "'none'"), 403);
    for (const body of [
      null,
      {},
      { name: '', settings: {} },
      { name: 'x' },
      { name: 'x', settings: { a: 'y'.repeat(30_000) } },
    ])
      assert.equal(await post(body, own), 400);
    assert.equal(readFileSync(file, 'utf8'), before);
  },
);
