import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { startDashboardProcess } from '../../src/cli/dashboardChild.js';
import type { RunList } from '../../src/records/dashboard/api.js';
import type { RunRecord } from '../../src/records/writing/runRecord.js';
import { requestStop } from '../../src/records/writing/runRequests.js';
import { skipWithoutBrowser } from '../browser.js';
import { makeDataset, startPix2pix, TINY, temporaryFolder, textOf } from '../tinyRun.js';
import { PATIENCE, until } from '../until.js';
import { assertAccessible, startBrowser } from './dashboardPage.js';

// `train --dashboard`: the page shows the training and stops it, and nothing that happens to the page stops it.

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 5 });
const train = ['train', '--dataroot', 'data', ...TINY, '--print_freq', '1', '--dashboard'];

/** Calls `act` once, with the page's address, when the training has made some steps. */
function whenShown(act: (url: string) => Promise<void>) {
  let acting: Promise<void> | undefined;
  const onOutput = (output: string) => {
    const url = /dashboard: (http:\S+)/.exec(output)?.[1];
    if (url !== undefined && (output.match(/^\(epoch:/gm)?.length ?? 0) > 2) acting ??= act(url);
  };
  return { onOutput, acted: () => acting };
}

/** Asks until the page shows what is looked for. */
async function untilShown(url: string, isThere: (list: RunList) => boolean): Promise<void> {
  await until(async () => isThere((await (await fetch(`${url}api/runs`)).json()) as RunList));
}

async function post(url: string, path: string): Promise<number> {
  const token = /name="token" content="(\w+)"/.exec(await (await fetch(url)).text())?.[1] ?? '';
  const { status } = await fetch(url + path, { method: 'POST', headers: { 'x-pix2pix-token': token } });
  return status;
}

test('the page shows the training as it runs, and stops it; then it is gone too', async () => {
  let page = '';
  const shown = whenShown(async (url) => {
    page = url;
    await untilShown(url, ({ runs }) =>
      runs.some(({ id, state, last }) => id === 'shown' && state === 'running' && 'loss/G_L1' in last),
    );
    assert.equal(await post(url, 'api/stop?run=shown'), 200);
  });
  const argv = [...train, '--name', 'shown', '--n_epochs', '100000'];
  const { code, output } = await startPix2pix(folder, argv, shown.onOutput);
  await shown.acted();
  assert.equal(code, 0, output);
  assert.match(output, /saved and stopped after \d+ steps/);
  await until(async () => !(await answers(page))); // the page does not outlive its training
});

/** Trains with the dashboard and shows the run's page in a browser. */
async function watched(name: string, act: (page: Page, pid: number) => Promise<void>) {
  const browser = await startBrowser();
  try {
    let page: Page | undefined;
    const shown = whenShown(async (url) => {
      page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE);
      await page.goto(`${url}#/run/${name}`);
      await page.locator('.state.running').waitFor();
      const record = JSON.parse(textOf(folder, 'checkpoints', name, 'run.json')) as RunRecord;
      await act(page, record.sessions[0].process.pid);
    });
    const argv = [...train, '--name', name, '--n_epochs', '100000'];
    const { code, signal } = await startPix2pix(folder, argv, shown.onOutput);
    await shown.acted();
    assert.ok(page !== undefined, 'the page was shown');
    return { page, code, signal, close: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

const inBrowser = { skip: skipWithoutBrowser };

test(
  'when the training has been stopped from its page, the page says so, and that it was its server',
  inBrowser,
  async () => {
    const { page, code, close } = await watched('seen', async (page) => {
      await page.getByRole('button', { name: 'Stop after this step' }).click();
    });
    try {
      assert.equal(code, 0);
      await page.getByText('The training has ended, and with it the server of this page').waitFor();
      await page.locator('.state.stopped').waitFor();
      await page.getByText('It has stopped').waitFor();
      await page.waitForTimeout(3000); // for what the page still asks
      assert.equal(await page.locator('.state.running').count(), 0);
      assert.deepEqual(await page.locator('.failure').allTextContents(), []);
      await page.getByText(/pix2pix\S* dashboard/).waitFor();
      await assertAccessible(page, 'after the training');
    } finally {
      await close();
    }
  },
);

test('when the training is killed, its page says that it has crashed', {
  ...inBrowser,
  skip: inBrowser.skip || process.platform === 'win32',
}, async () => {
  const { page, signal, close } = await watched('shot', async (_, pid) => {
    process.kill(pid, 'SIGKILL');
  });
  try {
    assert.equal(signal, 'SIGKILL');
    await page.getByText('The training has ended').waitFor();
    await page.locator('.state.crashed').waitFor();
    assert.deepEqual(await page.locator('.failure').allTextContents(), []);
  } finally {
    await close();
  }
});

test('a port that is taken makes it take the next, and a page that is killed stops nothing', {
  skip: process.platform === 'win32' ? 'Windows has no pgrep' : false,
}, async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const shown = whenShown(async (url) => {
    assert.notEqual(new URL(url).port, String(port));
    const record = textOf(folder, 'checkpoints', 'killed', 'run.json');
    const training = (JSON.parse(record) as RunRecord).sessions[0].process.pid;
    const pages = ['-P', String(training), '-f', ' dashboard ']; // git may be at work beside it
    const [child] = execFileSync('pgrep', pages, { encoding: 'utf8' }).split('\n');
    process.kill(Number(child), 'SIGKILL');
    await until(async () => !(await answers(url)));
    const run = join(folder, 'checkpoints', 'killed');
    const before = textOf(run, 'log.txt').length;
    await until(() => textOf(run, 'log.txt').length > before); // it goes on
    requestStop(run);
  });
  const argv = [...train, '--name', 'killed', '--n_epochs', '1000000', '--dashboard_port', String(port)];
  const { code, output } = await startPix2pix(folder, argv, shown.onOutput);
  other.close();
  await shown.acted();
  assert.equal(code, 0, output);
  assert.match(output, /saved and stopped after \d+ steps/);
});

test('a page that is late does not hold up the training, and is told when it is there', async () => {
  const said: string[] = [];
  await startDashboardProcess(folder, 0, (text) => said.push(text), 0);
  assert.deepEqual(said, ['the dashboard has not started yet; training goes on without waiting for it']);
  await until(() => said.length > 1);
  assert.match(said[1], /^\ndashboard: http:/);
});

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}
