import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Series } from '../../src/records/dashboard/api.js';
import { skipWithoutBrowser } from '../browser.js';
import { makeDataset, root, TINY, temporaryFolder } from '../tinyRun.js';
import { until } from '../until.js';
import { type DashboardPage, openDashboard } from './dashboardPage.js';

// A training that really trains, watched, saved and stopped from the page.

let dashboard: DashboardPage;
let training: ChildProcess | undefined;
let exitCode: Promise<number | null>;

// Before the folder's own: what is still being written cannot be removed.
after(async () => {
  training?.kill('SIGKILL');
  await dashboard?.close();
});
const folder = temporaryFolder();
const checkpoints = join(folder, 'checkpoints');
const options = { skip: skipWithoutBrowser };

before(async () => {
  if (skipWithoutBrowser) return;
  mkdirSync(checkpoints);
  await makeDataset(join(folder, 'data'), { train: 40 });
  dashboard = await openDashboard(checkpoints);
});

/** Trains until it is stopped: the page may be slow on a busy machine, and the training not. */
function startTraining(): void {
  const argv = [
    ...['train', '--dataroot', 'data', '--name', 'live', '--checkpoints_dir', 'checkpoints', '--quiet'],
    ...[...TINY, '--n_epochs', '10000', '--display_freq', '20'],
    ...['--val_freq', '0', '--save_epoch_freq', '10000', '--save_latest_freq', '1000000'],
  ];
  const program = join(root, 'bin', 'pix2pix.js');
  const child = spawn(process.execPath, [program, ...argv], { cwd: folder, stdio: 'ignore' });
  exitCode = new Promise((resolve) => child.on('close', resolve));
  training = child;
}

const step = () => dashboard.page.getByRole('slider', { name: 'Step' });
const OUTPUT = 'img[data-visual="fake_B"]';
const shownStep = async () => Number(await dashboard.page.locator(OUTPUT).getAttribute('data-step'));

/** The pixels of the first image or canvas that matches. Text: it is compiled without the DOM. */
function pixels(selector: string): Promise<string> {
  return dashboard.page.evaluate(`(async () => {
    const drawn = document.querySelector(${JSON.stringify(selector)});
    await drawn.decode?.();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [drawn.naturalWidth ?? drawn.width, drawn.naturalHeight ?? drawn.height];
    canvas.getContext('2d').drawImage(drawn, 0, 0);
    return canvas.toDataURL();
  })()`);
}

/** Waits until the page reaches a state by itself. */
const reached = (what: string, holds: () => Promise<boolean> | boolean): Promise<void> =>
  until(holds, () => `it never came to this: ${what}`);

test('a run that begins appears on the page by itself', options, async () => {
  const { page } = dashboard;
  await page.locator('main').waitFor({ state: 'attached' });
  assert.equal(await page.getByRole('link', { name: 'live' }).count(), 0);
  startTraining();
  await page.getByRole('link', { name: 'live' }).first().click();
  await page.getByRole('heading', { name: 'live', level: 1 }).waitFor();
  await page.locator('.state.running').waitFor();
});

test('its charts move', options, async () => {
  const { page } = dashboard;
  const counts: number[] = [];
  page.on('response', async (response) => {
    if (!response.url().includes('/api/series')) return;
    const series = (await response.json().catch(() => [])) as Series[];
    counts.push(Math.max(0, ...series.map(({ count }) => count)));
  });
  await page.getByRole('heading', { name: 'Charts' }).scrollIntoViewIfNeeded(); // drawn when in sight
  await page.locator('canvas').first().waitFor();
  const before = await pixels('canvas');
  await reached('more points come', () => counts.length > 1 && counts.at(-1)! > counts[0]);
  await reached('the chart is drawn anew', async () => (await pixels('canvas')) !== before);
});

test('the slider goes through the images, and follows them at its end', options, async () => {
  await reached('there are a few steps', async () => Number(await step().getAttribute('max')) >= 3);
  const [newest, newestStep] = [await pixels(OUTPUT), await shownStep()];
  await step().press('Home');
  await reached('the first images are shown', async () => (await shownStep()) < newestStep);
  const [first, firstStep] = [await pixels(OUTPUT), await shownStep()];
  assert.notEqual(first, newest);
  await step().press('ArrowRight');
  await reached('the second ones', async () => (await shownStep()) > firstStep);
  assert.notEqual(await pixels(OUTPUT), first);

  const held = await shownStep();
  const before = Number(await step().getAttribute('max'));
  await reached('newer ones come', async () => Number(await step().getAttribute('max')) > before);
  assert.equal(await shownStep(), held, 'a chosen step stays');
  await step().press('End');
  const end = await shownStep();
  await reached('the end moves on', async () => (await shownStep()) > end);
});

test('a checkpoint is saved when it is asked for', options, async () => {
  await dashboard.page.getByRole('button', { name: 'Save a checkpoint now' }).click();
  await dashboard.page.getByText('A checkpoint has been saved').waitFor();
});

test(
  'the stop button ends the training as Ctrl-C does, and the page says how to go on',
  options,
  async () => {
    const { page } = dashboard;
    await page.getByRole('button', { name: 'Stop after this step' }).click();
    assert.equal(await exitCode, 0);
    await page.locator('.state.stopped').waitFor();
    await page.getByText('It has stopped').waitFor();
    await page
      .getByText(/pix2pix\S* train .*--continue_train/)
      .first()
      .waitFor();
    assert.deepEqual(dashboard.offences, []);
  },
);
