import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { EventFileWriter } from '../../src/records/writing/eventFileWriter.js';
import { skipWithoutBrowser } from '../browser.js';
import { temporaryFolder } from '../tinyRun.js';
import { assertFits, type DashboardPage, openDashboard, PHONE } from './dashboardPage.js';
import { makeSyntheticRuns } from './syntheticRuns.js';

// Broken, foreign and hostile files in a log directory are shown as such, and nothing else breaks.

const options = { skip: skipWithoutBrowser, timeout: 120_000 };
const SCRIPT = '<img src=x onerror="document.title=1">';

let dashboard: DashboardPage;
after(() => dashboard?.close());
const folder = temporaryFolder();

before(async () => {
  if (skipWithoutBrowser) return;
  await makeSyntheticRuns(folder, { points: 40, images: 2 });
  damage(join(folder, 'facades_finished'));
  writeHostileRun(join(folder, 'hostile'));
  dashboard = await openDashboard(folder);
  await dashboard.page.locator('tr[data-run="hostile"]').waitFor();
});

/** Flips a bit among the first records, which are scalars. */
function damage(run: string): void {
  const file = join(run, readdirSync(run).find((name) => name.includes('tfevents'))!);
  const bytes = readFileSync(file);
  bytes[400] ^= 1;
  writeFileSync(file, bytes);
}

/** A tag of a million characters, one that is HTML, and images that are none. */
function writeHostileRun(run: string): void {
  const writer = new EventFileWriter(run);
  const scalar = (tag: string, step: number) => ({
    step: BigInt(step),
    what: {
      case: 'summary' as const,
      value: { value: [{ tag, value: { case: 'simpleValue' as const, value: step } }] },
    },
  });
  const image = (tag: string, encodedImageString: Uint8Array) => ({
    step: 1n,
    what: {
      case: 'summary' as const,
      value: {
        value: [
          {
            tag,
            value: {
              case: 'image' as const,
              value: { height: 1 << 30, width: 1 << 30, colorspace: 3, encodedImageString },
            },
          },
        ],
      },
    },
  });
  for (const step of [1, 2, 3]) {
    for (const tag of ['x'.repeat(1e6), SCRIPT, 'loss/sound']) writer.add(scalar(tag, step));
  }
  writer.add(image('visuals/fake_B', new TextEncoder().encode(SCRIPT)));
  writer.add(image(`visuals/${SCRIPT}`, new Uint8Array(100)));
  writer.close();
  writeFileSync(join(run, 'run.json'), '{"format":1,"sessions":"none"}');
}

test('a damaged run says so, and shows its undamaged data', options, async () => {
  const { page } = dashboard;
  await dashboard.open('#/run/facades_finished');
  await page.locator('.problem').first().waitFor();
  await page.locator('canvas').first().waitFor();
});

test('hostile names and images are text and gaps', options, async () => {
  const { page } = dashboard;
  await dashboard.open('#/run/hostile');
  await page.getByText('this image cannot be read').first().waitFor();
  await page.getByText('loss/sound').first().waitFor();
  await page.setViewportSize(PHONE);
  await assertFits(page, 'a run with a tag of a million characters');
  await dashboard.open('#/');
  await page.locator('canvas').first().waitFor();
  await assertFits(page, 'the table with that run');
  assert.equal(await page.title(), 'pix2pix');
});

test('a run whose folder vanishes leaves the table, and its page says so', options, async () => {
  const { page } = dashboard;
  await dashboard.open('#/run/facades_stopped');
  await page.getByRole('heading', { name: 'facades_stopped', level: 1 }).waitFor();
  rmSync(join(folder, 'facades_stopped'), { recursive: true });
  await page.getByText('There is no such run').waitFor();
  await page.getByRole('link', { name: 'All runs' }).click();
  await page.locator('tr[data-run="facades_finished"]').waitFor();
});

test('a log directory that vanishes and comes back is told, and shown again', options, async () => {
  const { page } = dashboard;
  await dashboard.open('#/');
  renameSync(folder, `${folder}-away`);
  await page.locator('tr[data-run]').first().waitFor({ state: 'detached' });
  renameSync(`${folder}-away`, folder);
  await page.locator('tr[data-run="facades_finished"]').waitFor();
  const unexpected = dashboard.offences.filter((offence) => !/status of 4\d\d/.test(offence));
  assert.deepEqual(unexpected, []);
});
