import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bootId, processStart } from '../../src/base/files/processIdentity.js';
import { EventTracker } from '../../src/records/writing/eventTracker.js';
import { skipWithoutBrowser } from '../browser.js';
import { temporaryFolder } from '../tinyRun.js';
import { until } from '../until.js';
import { sessionOf, writeRecord } from '../writtenRun.js';
import { assertAccessible, openDashboard } from './dashboardPage.js';

// The desktop's notifications, by a stand-in for the browser's class: a headless browser shows none.

const folder = temporaryFolder();
const STAND_IN = `
  window.shown = [];
  window.Notification = class {
    static permission = 'default';
    static async requestPermission() { return (this.permission = 'granted'); }
    constructor(title, { body }) { window.shown.push(title + ': ' + body); }
  };`;

test('plateau, NaN and the end of a run are shown once asked for, and nothing before', {
  skip: skipWithoutBrowser,
  timeout: 120_000,
}, async () => {
  const run = join(folder, 'watched');
  mkdirSync(run);
  const { pid } = process;
  const machine = { ...sessionOf('').machine, host: hostname() };
  const startedAt = new Date().toISOString();
  const session = sessionOf('watched', {
    ...{ startedAt, machine, process: { pid, start: processStart(pid), boot: bootId() } },
  });
  writeRecord(run, session);
  const events = new EventTracker(run, { flushMilliseconds: 0 });
  const at = (step: number) => ({ step, epoch: 1, iteration: step });
  events.scalars(at(1), { 'loss/G_L1': 1 });
  const dashboard = await openDashboard(folder);
  const { page } = dashboard;
  try {
    await page.addInitScript(STAND_IN);
    await page.reload();
    const shown = () => page.evaluate('window.shown') as Promise<string[]>;
    await page.locator('tr[data-run="watched"] .state.running').waitFor();
    events.text(at(2), 'alert', 'plateau: before');
    events.scalars(at(2), { 'loss/G_L1': 0.4242 });
    await page.locator('tr[data-run="watched"]').getByText('0.4242').first().waitFor(); // and what came before it
    assert.ok(dashboard.server.index.list()[0].alert !== undefined);
    await page.getByRole('button', { name: /^Notifications.*off/ }).click();
    await page.getByRole('button', { name: /^Notifications.*on/ }).waitFor();
    await assertAccessible(page, 'with notifications');
    assert.deepEqual(await shown(), []);
    events.text(at(3), 'alert', 'plateau: in 10 validations');
    await until(async () => (await shown()).length === 1);
    events.scalars(at(4), { 'loss/G_L1': Number.NaN });
    await until(async () => (await shown()).length === 2);
    writeRecord(run, { ...session, endedAt: new Date().toISOString(), exit: { reason: 'finished' } });
    await until(async () => (await shown()).length === 3);
    assert.deepEqual(await shown(), [
      'watched: plateau: in 10 validations',
      'watched: loss/G_L1 is NaN, since step 4',
      'watched: finished',
    ]);
    assert.deepEqual(dashboard.offences, []);
  } finally {
    events.close();
    await dashboard.close();
  }
});
