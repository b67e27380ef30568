import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { closeManifest, splitManifest } from '../src/checkpoints/format/manifestText.js';
import { renderFacade } from '../src/data/make/facade/renderFacade.js';
import { sideBySide } from '../src/data/make/sideBySide.js';
import { encodePng } from '../src/records/writing/encodePng.js';
import { browserPath, openPage, SOFTWARE_GPU, serve, skipWithoutBrowser } from './browser.js';
import { root, TINY, temporaryFolder } from './tinyRun.js';
import { makeRun } from './trainedRun.js';
import { inThread, type PageFile } from './trainPageThread.js';

// The training page where a browser lacks something or loses it on the way, and where people give it what it cannot use.

const folder = temporaryFolder();
const options = { skip: skipWithoutBrowser };
const SIDE = 64;
const FLAGS = {
  ...{ direction: 'BtoA', netG: 'unet_32', ngf: 4, ndf: 4, netD: 'patch16', preprocess: 'none' },
  ...{ n_epochs: 1000, n_epochs_decay: 0, dataroot: 'browser', device: 'webgpu' },
};
let server: Awaited<ReturnType<typeof serve>>;
let files: PageFile[] = [];

before(async () => {
  if (browserPath === undefined) return;
  const draw = async (index: number) => {
    const { photo, label } = renderFacade(1, index, SIDE);
    const pair = new Uint8Array(sideBySide(photo, label, SIDE, SIDE));
    const png = await encodePng({ data: pair, shape: [1, SIDE, 2 * SIDE, 3] });
    return { name: `${index}.png`, base64: Buffer.from(png).toString('base64') };
  };
  files = await Promise.all([0, 1, 2].map(draw));
  server = await serve(join(root, 'dist', 'web'));
});
after(() => server?.close());

/** The page, and the script of its thread with another one before it. */
async function open(before = '', args: readonly string[] = SOFTWARE_GPU) {
  const opened = await openPage('about:blank', args);
  await opened.page.addInitScript(before);
  await opened.page.route('**/train/worker.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${before};${await response.text()}` });
  });
  await opened.page.goto(`${server.url}train/`);
  return opened;
}

const start = (run: string, steps: number) => ({
  kind: 'start',
  run,
  options: { ...FLAGS, name: run, max_steps: steps },
});

/** Chooses a folder of pairs, as a person does, and trains. */
async function train(page: Page, chosen: string): Promise<void> {
  await page.getByRole('radio', { name: 'a folder of pairs' }).check();
  await page.getByLabel(/^Folder/).setInputFiles(chosen);
  await page.getByRole('button', { name: 'Train' }).click();
}

/** Its devices can be lost: `lose()` destroys the newest. */
const LOSABLE = `{
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...how) {
    const device = await requestDevice.apply(this, how);
    globalThis.lose = () => device.destroy();
    return device;
  };
  addEventListener('message', (event) => { if (event.data === 'lose') { event.stopImmediatePropagation(); globalThis.lose(); } });
}`;

test('when the GPU is lost the last checkpoint is there, and the run goes on from it', options, async () => {
  const { page, close } = await open(LOSABLE);
  try {
    const onEvent = `(event, worker) => {
      if (event.kind === 'step' && event.step === 2) worker.postMessage({ kind: 'save' });
      if (event.kind === 'saved') worker.postMessage('lose');
    }`;
    const ended = await inThread(page, start('lost', 1000), files, onEvent);
    assert.equal(ended.kind, 'failed');
    assert.match(String(ended.message), /^the GPU is lost\n/);
    await page.reload();
    const saved = await page.getByText(/images seen/).innerText();
    const step = Number(/(\d+) images seen/.exec(saved)![1]);
    assert.ok(step >= 2, saved);
    const again = await inThread(
      page,
      { kind: 'continue', run: 'lost' },
      files,
      '(event, worker) => { if (event.kind === "step") worker.postMessage({ kind: "pause" }); }',
    );
    assert.equal(again.kind, 'ended');
    assert.ok(Number(again.step) > step, `${again.step} after ${step}`);
  } finally {
    await close();
  }
});

test('without storage the page says so before it trains', options, async () => {
  const none = `StorageManager.prototype.getDirectory = async () => { throw new DOMException('denied', 'SecurityError'); };`;
  const { page, errors, close } = await open(none);
  try {
    await page.getByRole('alert').getByText('this browser gives the page no storage').waitFor();
    const refused = await inThread(page, start('mine', 1), files);
    assert.match(String(refused.message), /^this browser gives the page no storage\n[\s\S]*not private/);
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});

test('a folder of anything but pairs is refused by what is in it', options, async () => {
  const notes = join(folder, 'notes');
  mkdirSync(notes);
  writeFileSync(join(notes, 'notes.txt'), 'no picture');
  const broken = join(folder, 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, '1.png'), 'no picture');
  const large = join(folder, 'large');
  mkdirSync(large);
  const raw = { width: 10_000, height: 10_000, channels: 3, background: 'red' } as const;
  await sharp({ create: raw, limitInputPixels: false }).png().toFile(join(large, 'large.png'));
  const { page, close } = await open();
  const said = (text: string | RegExp) => page.getByRole('status').getByText(text).waitFor();
  try {
    await train(page, notes);
    await said('there are no images to learn from');
    await page.getByText('None yet.').waitFor();
    await train(page, broken);
    await said(/1\.png[\s\S]*the browser cannot decode it/);
    await train(page, large);
    await said(/large\.png[\s\S]*10000x10000 pixels[\s\S]*64 million/);
    await page.getByText('nothing saved').waitFor(); // its images are kept: others take their place, or it is removed
  } finally {
    await close();
  }
});

test('a run of another version is refused, and the one that is there stays', options, async () => {
  await (await makeRun(folder, 'newer', TINY)).dispose();
  const manifest = join(folder, 'newer', 'latest.json');
  const text = readFileSync(manifest, 'utf8');
  const { page, close } = await open();
  try {
    page.on('dialog', (dialog) => void dialog.accept());
    const field = page.getByLabel('Import a run');
    await field.setInputFiles(join(folder, 'newer'));
    await page.getByText('newer is in the browser').waitFor();
    const newer = splitManifest(text, manifest).body.replace(/("formatVersion": *)\d+/, '$199');
    writeFileSync(manifest, closeManifest(newer, createHash('sha256').update(newer).digest('hex')));
    await field.setInputFiles(join(folder, 'newer'));
    await page.getByRole('alert').getByText('has format version 99').waitFor();
    await page.getByRole('button', { name: 'Continue' }).waitFor();
  } finally {
    await close();
  }
});

test(
  'a run of labels is refused when it is imported, with the reason, and nothing is stored',
  options,
  async () => {
    await (await makeRun(folder, 'classes', [...TINY, '--label_nc', '3'])).dispose();
    const { page, close } = await open();
    try {
      await page.getByLabel('Import a run').setInputFiles(join(folder, 'classes'));
      await page
        .getByRole('alert')
        .getByText(/a kind that pages do not train[\s\S]*label_nc +3[\s\S]*pix2pix train/)
        .waitFor();
      await page.getByText('None yet.').waitFor();
      const stored = `navigator.storage.getDirectory().then(async (root) => {
      const names = [];
      for await (const [name, folder] of root) for await (const inner of folder.keys()) names.push(name + '/' + inner);
      return names;
    })`;
      assert.deepEqual(await page.evaluate(stored), []);
    } finally {
      await close();
    }
  },
);

test('by keyboard alone a run begins and is paused', options, async () => {
  const { page, close } = await open();
  try {
    await page.getByRole('combobox', { name: 'Size in pixels' }).selectOption('64');
    await page.getByRole('combobox', { name: 'Width of the networks' }).selectOption('8');
    await page.getByRole('textbox', { name: 'Name' }).focus();
    await page.keyboard.press('Enter');
    const pause = page.getByRole('button', { name: 'Pause' });
    await pause.waitFor();
    await pause.focus();
    await page.keyboard.press('Enter');
    await page
      .getByRole('status')
      .getByText(/Paused after step/)
      .waitFor();
    await page.getByText(/images seen/).waitFor();
  } finally {
    await close();
  }
});
