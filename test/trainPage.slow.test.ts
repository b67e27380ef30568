import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { CheckpointStore } from '../src/checkpoints/store.js';
import { renderFacade } from '../src/data/make/facade/renderFacade.js';
import { sideBySide } from '../src/data/make/sideBySide.js';
import { encodePng } from '../src/records/writing/encodePng.js';
import { browserPath, openPage, SOFTWARE_GPU, serve, skipWithoutBrowser } from './browser.js';
import { assertAccessible, assertFits } from './pageChecks.js';
import { root, temporaryFolder } from './tinyRun.js';
import { inThread as inThreadWith, type PageFile, type ThreadRequest } from './trainPageThread.js';

// The training page: the same training as in Node, which either goes on with.

const folder = temporaryFolder();
const data = join(folder, 'data', 'train');
const checkpoints = join(folder, 'checkpoints');
const options = { skip: skipWithoutBrowser };
const SIDE = 64;
const PAIRS = 6;
const FLAGS = {
  direction: 'BtoA',
  netG: 'unet_32',
  ngf: 4,
  ndf: 4,
  netD: 'patch16',
  preprocess: 'none',
  n_epochs: 5,
  n_epochs_decay: 3,
} as const;
let server: Awaited<ReturnType<typeof serve>>;
let files: PageFile[] = [];

before(async () => {
  if (browserPath === undefined) return;
  mkdirSync(data, { recursive: true });
  const draw = async (index: number) => {
    const { photo, label } = renderFacade(1, index, SIDE);
    const pair = sideBySide(photo, label, SIDE, SIDE);
    const png = await encodePng({ data: new Uint8Array(pair), shape: [1, SIDE, 2 * SIDE, 3] });
    writeFileSync(join(data, `${index}.png`), png);
    return { name: `${index}.png`, base64: Buffer.from(png).toString('base64') };
  };
  files = await Promise.all(Array.from({ length: PAIRS }, (_, index) => draw(index)));
  server = await serve(join(root, 'dist', 'web'));
});
after(() => server?.close());

/** `pix2pix train` in Node, on the processor. */
function trainInNode(...argv: string[]): void {
  const program = [join(root, 'bin', 'pix2pix.js'), 'train', '--checkpoints_dir', checkpoints];
  const more = [
    '--dataroot',
    join(folder, 'data'),
    '--device',
    'cpu',
    '--val_freq',
    '0',
    '--no_html',
    '--quiet',
  ];
  const { status, stderr } = spawnSync(process.execPath, [...program, ...more, ...argv], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
}

const asArgv = (flags: Readonly<Record<string, unknown>>) =>
  Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);

/** Has the page's thread do something, with the pairs of this file. */
const inThread = (page: Page, request: ThreadRequest, onEvent?: string) =>
  inThreadWith(page, request, files, onEvent);

/** Writes the page's checkpoint as the run of a name. */
async function fetchCheckpoint(page: Page, run: string, name: string): Promise<void> {
  const stored = (await page.evaluate(`(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(${JSON.stringify(run)});
    const files = [];
    for await (const [name, handle] of folder.entries()) {
      if (!name.includes('latest')) continue;
      const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
      let text = '';
      for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
      files.push({ name, base64: btoa(text) });
    }
    return files;
  })()`)) as { name: string; base64: string }[];
  mkdirSync(join(checkpoints, name), { recursive: true });
  for (const file of stored) {
    writeFileSync(join(checkpoints, name, file.name), Buffer.from(file.base64, 'base64'));
  }
}

/** How far two runs are apart: losses relatively, and weights. */
function compare(name: string, other: string): { losses: number; weights: number } {
  const [a, b] = [name, other].map((run) => new CheckpointStore(join(checkpoints, run)).load('latest'));
  const [x, y] = [a, b].map(({ state }) => state!.json as { steps: number; losses: Record<string, number> });
  assert.equal(x.steps, y.steps);
  const losses = Object.keys(x.losses).map((loss) => Math.abs(x.losses[loss] / y.losses[loss] - 1));
  let weights = 0;
  for (const network of ['G', 'D']) {
    const [file, otherFile] = [a, b].map(({ networks }) => networks.get(network)!);
    for (const [tensor, { dtype }] of file.tensors) {
      // a bias directly before a norm, which cancels it, is rounding alone
      if (dtype !== 'F32' || tensor.endsWith('.bias')) continue;
      const [values, others] = [file, otherFile].map((each) => each.read(tensor).data as Float32Array);
      for (let i = 0; i < values.length; i++) weights = Math.max(weights, Math.abs(values[i] - others[i]));
    }
  }
  a.close();
  b.close();
  return { losses: Math.max(...losses), weights };
}

test(
  '30 steps in the page are those of Node, which goes on with them, as the page does after it was closed',
  options,
  async () => {
    const { page, errors, close } = await openPage(`${server.url}train/`, SOFTWARE_GPU);
    try {
      const flags = { ...FLAGS, name: 'page', dataroot: 'browser', device: 'webgpu' };
      const options = { ...flags, max_steps: 30 };
      const ended = await inThread(page, { kind: 'start', run: 'page', options });
      assert.deepEqual(ended, { kind: 'ended', reason: 'paused', step: 30 });
      await fetchCheckpoint(page, 'page', 'page');
      const { options: kept } = JSON.parse(readFileSync(join(checkpoints, 'page', 'latest.json'), 'utf8'));
      assert.equal(kept.device, 'auto'); // a machine that goes on with it may lack the page's GPU
      trainInNode('--name', 'node', ...asArgv(FLAGS), '--max_steps', '30');
      const first = compare('page', 'node');
      assert.ok(first.losses < 1e-3 && first.weights < 1e-3, JSON.stringify(first));

      // Node goes on with the page's checkpoint, to the last epoch
      trainInNode('--name', 'page', '--continue_train', '--max_steps', '40');
      trainInNode('--name', 'node', '--continue_train', '--max_steps', '40');
      const second = compare('page', 'node');
      assert.ok(second.losses < 2e-3 && second.weights < 2e-3, JSON.stringify(second));

      // and the page, reloaded, with its own: it has kept the images
      await page.reload();
      await page.getByText('epoch 5, 30 images seen').waitFor();
      const again = await inThread(page, { kind: 'continue', run: 'page' });
      assert.deepEqual(again, { kind: 'ended', reason: 'paused', step: 31 });
      assert.deepEqual(errors, []);
    } finally {
      await close();
    }
  },
);

const start = (name: string, steps: number, more: Readonly<Record<string, unknown>> = {}) => ({
  kind: 'start',
  run: name,
  options: { ...FLAGS, name, dataroot: 'browser', device: 'webgpu', max_steps: steps, ...more },
});

test('a run is overwritten by no other, and used by one tab at a time', options, async () => {
  const { page, close } = await openPage(`${server.url}train/`, SOFTWARE_GPU);
  try {
    // another tab asks for the run while it trains, which it does until it is told to pause
    const other = await page.context().newPage();
    await other.goto(`${server.url}train/`);
    const held = inThread(
      page,
      start('mine', Number.MAX_SAFE_INTEGER, { n_epochs: 10_000 }),
      '(event, worker) => { if (event.kind === "step") window.trainer = worker; }',
    );
    await page.waitForFunction('window.trainer');
    const refused = await inThread(other, { kind: 'continue', run: 'mine' });
    assert.match(String(refused.message), /^this run is in use in another tab\n/);
    await page.evaluate('window.trainer.postMessage({ kind: "pause" })');
    const { step, ...ended } = await held;
    assert.deepEqual(ended, { kind: 'ended', reason: 'paused' });
    const seen = `epoch ${Math.ceil(Number(step) / PAIRS)}, ${step} images seen`;

    const again = await inThread(page, start('mine', 2));
    assert.match(String(again.message), /^there is a run of this name in the browser\n/);
    const nothing = await inThread(other, {
      kind: 'start',
      run: 'new',
      options: { ...FLAGS, epoch_count: -1 },
    });
    assert.equal(nothing.kind, 'failed');
    await other.close(); // dialogs of a page behind another one wait
    await page.reload();
    await page.getByText(seen).waitFor(); // as it was, and no trace of the one that was refused
    assert.equal(await page.getByText('nothing saved').count(), 0);

    // a copy of the command line's takes its place when it is whole, and when a person says so
    trainInNode('--name', 'mine', ...asArgv(FLAGS), '--max_steps', '9');
    const weights = join(checkpoints, 'mine', 'latest_net_G.safetensors');
    const whole = readFileSync(weights);
    page.on('dialog', (dialog) => void dialog.accept());
    const field = page.getByLabel('Import a run');
    writeFileSync(weights, whole.subarray(0, -1));
    await field.setInputFiles(join(checkpoints, 'mine'));
    await page.getByRole('alert').getByText('the checkpoint is not whole').waitFor();
    await page.getByText(seen).waitFor();
    writeFileSync(weights, whole);
    await field.setInputFiles(join(checkpoints, 'mine'));
    await page.getByText('epoch 2, 9 images seen').waitFor();
  } finally {
    await close();
  }
});

test('a full quota loses nothing: the training waits until there is room', options, async () => {
  const { page, close } = await openPage(`${server.url}train/`, SOFTWARE_GPU);
  try {
    const browser = await page.context().newCDPSession(page);
    const quota = (quotaSize?: number) =>
      browser.send('Storage.overrideQuotaForOrigin', { origin: server.url, ...(quotaSize && { quotaSize }) });
    await quota(100_000);
    const ended = inThread(
      page,
      start('large', 3),
      '(event, worker) => { if (event.kind === "unsaved") { window.warned = event.text; window.worker = worker; } }',
    );
    await page.waitForFunction('window.warned?.startsWith("Step 3 is not saved")');
    assert.match(
      String(await page.evaluate('window.warned')),
      /the browser has no room[\s\S]*remove other runs/,
    );
    await quota();
    await page.evaluate('window.worker.postMessage({ kind: "save" })');
    assert.deepEqual(await ended, { kind: 'ended', reason: 'paused', step: 3 });
    await page.reload();
    await page.getByText('3 images seen').waitFor();
  } finally {
    await close();
  }
});

test('the page is made for everybody, and says what it lacks', options, async () => {
  const { page, close } = await openPage(`${server.url}train/`);
  try {
    for (const [width, height] of [
      [1200, 900],
      [390, 844],
    ]) {
      await page.setViewportSize({ width, height });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await assertAccessible(page, `${width} ${colorScheme}`);
        await assertFits(page, `${width} ${colorScheme}`);
      }
    }
    await page.getByRole('radio', { name: 'a folder of pairs' }).check();
    await page.getByRole('button', { name: 'Train' }).click();
    await page.getByRole('status').getByText('there are no images to learn from').waitFor();
    // this Chromium has the interface, and no adapter behind it
    await page.reload();
    await page.getByRole('button', { name: 'Train' }).click();
    await page.getByRole('status').getByText('this browser finds no GPU').waitFor();
    const stored = `navigator.storage.getDirectory().then(async (root) => {
      const names = [];
      for await (const name of root.keys()) names.push(name);
      return names;
    })`;
    assert.deepEqual(await page.evaluate(stored), []);
    await page.addInitScript(`Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined })`);
    await page.reload();
    await page.getByRole('alert').getByText('This browser has no WebGPU').waitFor();
  } finally {
    await close();
  }
});
