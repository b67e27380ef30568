import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { skipWithoutBrowser } from '../browser.js';
import { temporaryFolder } from '../tinyRun.js';
import {
  assertAccessible,
  assertFits,
  type DashboardPage,
  DESK,
  openDashboard,
  PHONE,
} from './dashboardPage.js';
import { makeSyntheticRuns } from './syntheticRuns.js';
import { makeSyntheticSweep } from './syntheticSweep.js';

/*
 * Every view in light and dark, on a desk and on a phone: axe finds nothing serious, nothing is wider than the window,
 * nothing fails. With PIX2PIX_SCREENSHOTS=FOLDER each is kept as a picture; PIX2PIX_SCREENSHOT_RUNS names a log directory
 * to take them of, in place of runs that are made up. `npm run docs:screenshots` uses both.
 */

const pictures = process.env.PIX2PIX_SCREENSHOTS;
const given = process.env.PIX2PIX_SCREENSHOT_RUNS;
const SWEEP = 'facades_lr';
const options = { skip: skipWithoutBrowser, timeout: 180_000 };

let dashboard: DashboardPage;
after(() => dashboard?.close());
const folder = temporaryFolder();

before(async () => {
  if (skipWithoutBrowser) return;
  if (given === undefined) {
    await makeSyntheticRuns(folder, { points: 120 });
    makeSyntheticSweep(folder, SWEEP);
  }
  dashboard = await openDashboard(given ?? folder);
  await dashboard.page.locator('tr[data-run]').first().waitFor();
});

/** Each view: how to come to it, and what is there when it is. */
const views: Readonly<Record<string, () => Promise<void>>> = {
  runs: async () => {
    await dashboard.open('#/');
    await dashboard.page.locator('canvas').first().waitFor();
  },
  images: async () => {
    await dashboard.open('#/images');
    await dashboard.page.getByRole('radio', { name: 'Side by side' }).check();
    await dashboard.page.locator('img[data-step]').first().waitFor();
  },
  difference: async () => {
    await dashboard.open('#/images');
    await dashboard.page.getByRole('radio', { name: 'Difference' }).check();
    await dashboard.page
      .getByText(/mean [\d.]+ of 255/)
      .first()
      .waitFor();
  },
  compare: () => dashboard.open('#/compare'),
  sweep: async () => {
    await dashboard.open(`#/sweep/${SWEEP}`);
    await dashboard.page.locator('.charts').scrollIntoViewIfNeeded(); // drawn when in sight
    await dashboard.page.locator('canvas').first().waitFor();
    await dashboard.page.evaluate('scrollTo(0, 0)');
  },
  grouped: async () => {
    await dashboard.open('#/');
    await dashboard.page.getByRole('searchbox', { name: 'Filter of runs' }).fill(`sweep = ${SWEEP}`);
    await dashboard.page.getByRole('button', { name: /^Group/ }).click();
    for (const field of ['lr', 'netG'])
      await dashboard.page.getByRole('checkbox', { name: field, exact: true }).check();
    await dashboard.page.keyboard.press('Escape');
    await dashboard.page.locator('tr[data-group]').nth(3).waitFor();
    await dashboard.page.locator('canvas').first().waitFor();
  },
  run: async () => {
    await dashboard.open('#/');
    const run = await dashboard.page.locator('tr[data-run]').first().getAttribute('data-run');
    await dashboard.open(`#/run/${run}`);
    await dashboard.page.getByRole('radio', { name: 'Side by side' }).check();
    await dashboard.page.getByRole('heading', { name: 'Charts' }).scrollIntoViewIfNeeded(); // drawn when in sight
    await dashboard.page.locator('canvas').first().waitFor();
    await dashboard.page.getByRole('heading', { name: 'Files' }).waitFor();
    await dashboard.page.evaluate('scrollTo(0, 0)');
  },
};

const shapes = { phone: PHONE, desk: DESK };
const schemes = ['light', 'dark'] as const;

for (const [name, open] of Object.entries(views)) {
  test(`${name}, on a phone and a desk, light and dark`, options, async () => {
    await dashboard.page.evaluate('localStorage.clear()');
    await dashboard.page.reload();
    const { page, offences } = dashboard;
    for (const [shape, viewport] of Object.entries(shapes)) {
      await page.setViewportSize(viewport);
      await open();
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme });
        const what = `${name} on a ${shape}, ${colorScheme}`;
        await assertFits(page, what);
        await assertAccessible(page, what);
        if (pictures !== undefined) {
          await page.waitForTimeout(1000); // lines and images that are still to come
          await page.screenshot({ path: join(pictures, `${name}-${shape}-${colorScheme}.png`) });
        }
      }
    }
    assert.deepEqual(offences, []);
  });
}
