import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { RandomStream } from '../../src/base/random/stream.js';
import { EventTracker } from '../../src/records/writing/eventTracker.js';
import { histogramOf } from '../../src/records/writing/histogram.js';
import { skipWithoutBrowser } from '../browser.js';
import { temporaryFolder } from '../tinyRun.js';
import { sessionOf, writeRecord } from '../writtenRun.js';
import { assertAccessible, assertFits, openDashboard, PHONE } from './dashboardPage.js';

const folder = temporaryFolder();

test('the page of a run shows its histograms, one outline a step', {
  skip: skipWithoutBrowser,
  timeout: 120_000,
}, async () => {
  const run = join(folder, 'spread');
  mkdirSync(run);
  writeRecord(run, sessionOf('spread', { exit: { reason: 'finished' } }));
  const events = new EventTracker(run);
  for (let step = 1; step <= 5; step++) {
    const random = new RandomStream(step, 'histograms', [0]);
    const values = Float32Array.from({ length: 2000 }, () => random.normal() * step);
    const at = { step: 100 * step, epoch: 1, iteration: step };
    events.histograms(at, {
      'weights/G/model.0.weight': histogramOf(values),
      'gradients/G/model.0.weight': histogramOf(values),
    });
  }
  events.close();
  const dashboard = await openDashboard(folder);
  const { page } = dashboard;
  try {
    await dashboard.open('#/run/spread');
    const section = page.getByRole('region', { name: 'Histograms' });
    await section.scrollIntoViewIfNeeded();
    const shown = section.getByRole('img', {
      name: /^weights\/G\/model\.0\.weight at 5 steps; at step 500 from -/,
    });
    await shown.waitFor();
    assert.equal(await shown.locator('path').count(), 5);
    assert.deepEqual(
      await shown.locator('title').allTextContents(),
      [100, 200, 300, 400, 500].map((s) => `step ${s}`),
    );
    await page.getByRole('searchbox', { name: 'Find a tensor' }).fill('gradients/');
    await section.getByRole('img', { name: /^gradients/ }).waitFor();
    assert.equal(await section.getByRole('img', { name: /^weights/ }).count(), 0);
    await assertAccessible(page, 'histograms');
    await page.setViewportSize(PHONE);
    await assertFits(page, 'histograms on a phone');
    assert.deepEqual(dashboard.offences, []);
  } finally {
    await dashboard.close();
  }
});
