/** The two pages, the gallery of a run and the results of a test, as files on disk. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import type { ImageBatch } from '../../data/batch/imageBatch.js';
import { Gallery } from './gallery.js';
import { ResultsPage } from './resultsPage.js';

const root = mkdtempSync(join(tmpdir(), 'pages-'));
after(() => rmSync(root, { recursive: true }));

const solid = (value: number): ImageBatch => ({ data: new Uint8Array(48).fill(value), shape: [1, 4, 4, 3] });
const visuals = (value: number) => ({
  real_A: solid(value),
  fake_B: solid(value + 1),
  real_B: solid(value + 2),
});
const at = (epoch: number) => ({ step: epoch * 10, epoch, iteration: 10 });
const matches = (page: string, pattern: RegExp) => [...page.matchAll(pattern)].map((match) => match[1]);

/** The pictures of a page in order, after checking that each of them and each link leads to a file. */
function pictures(folder: string): string[] {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const sources = matches(page, /<img src="([^"]*)"/g).map(decodeURIComponent);
  const links = matches(page, /<a href="(images[^"]*)"/g).map(decodeURIComponent);
  assert.deepEqual(links, sources);
  for (const source of sources) assert.ok(existsSync(join(folder, source)), source);
  return sources;
}

test('the gallery shows the newest epoch first, with the visuals in the order of the model', async () => {
  const run = join(root, 'run');
  const gallery = new Gallery(run, 'facades');
  await gallery.images(at(1), visuals(10));
  await gallery.images(at(2), visuals(20));
  await gallery.images(at(2), visuals(30));
  const resumed = new Gallery(run, 'facades'); // the epochs of the session before stay
  await resumed.images(at(10), visuals(40));
  assert.deepEqual(
    pictures(join(run, 'web')),
    ['010', '002', '001'].flatMap((epoch) =>
      ['real_A', 'fake_B', 'real_B'].map((v) => `images/epoch${epoch}_${v}.png`),
    ),
  );
  const pixel = await sharp(join(run, 'web/images/epoch002_fake_B.png')).raw().toBuffer();
  assert.equal(pixel[0], 31); // the later image of the epoch
  assert.deepEqual(readdirSync(join(run, 'web')).sort(), ['images', 'index.html']); // no temporary file
});

test('the gallery reloads while training lasts, and not afterwards', async () => {
  const run = join(root, 'reload');
  const gallery = new Gallery(run, '<b>"name"', 7);
  await gallery.images(at(1), visuals(1));
  const page = () => readFileSync(join(run, 'web/index.html'), 'utf8');
  assert.match(page(), /<meta http-equiv="refresh" content="7">/);
  gallery.close();
  assert.doesNotMatch(page(), /http-equiv="refresh"/);
  assert.match(page(), /<title>Experiment name = &lt;b&gt;&quot;name&quot;<\/title>/);
});

test('a new run of the same name does not show the later epochs of the old one', async () => {
  const run = join(root, 'again');
  await new Gallery(run, 'x').images(at(9), visuals(1));
  await new Gallery(run, 'x').images(at(1), visuals(2));
  assert.deepEqual(matches(readFileSync(join(run, 'web/index.html'), 'utf8'), /<h2>([^<]*)</g), [
    'epoch [1]',
  ]);
});

test('the results page holds every image with its metrics, and their mean', async () => {
  const folder = join(root, 'results');
  const results = new ResultsPage(folder, 'Experiment = facades, Phase = test, Epoch = latest');
  await results.add('1', visuals(1), { l1: 0.1, psnr: 20, ssim: 0.5, msSsim: 0.5 });
  await results.add('2', visuals(2), { l1: 0.3, psnr: Number.POSITIVE_INFINITY, ssim: 1, msSsim: 1 });
  assert.equal(results.write(), join(folder, 'index.html'));
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  assert.deepEqual(
    pictures(folder),
    ['1', '2'].flatMap((name) => ['real_A', 'fake_B', 'real_B'].map((v) => `images/${name}_${v}.png`)),
  );
  assert.deepEqual(matches(page, /<th>([\d.]+)<\/th>/g), ['0.2000', '20.00', '0.7500']);
  assert.deepEqual(matches(page, /<td>([\d.∞]+)<\/td>/g), [
    '0.1000',
    '20.00',
    '0.5000',
    '0.3000',
    '∞',
    '1.0000',
  ]);
  assert.ok(matches(page, /(<img [^>]*>)/g).every((tag) => tag.includes('loading="lazy"')));
});

test('results without targets have no table', async () => {
  const folder = join(root, 'single');
  const results = new ResultsPage(folder, 'x');
  await results.add('1', { real: solid(1), fake: solid(2) });
  results.write();
  assert.doesNotMatch(readFileSync(join(folder, 'index.html'), 'utf8'), /<table>/);
});

test('hostile, equal and overlong names each get pictures of their own inside the folder', async () => {
  const folder = join(root, 'hostile');
  const results = new ResultsPage(folder, '</title><script>');
  const names = [
    '"><img src=x onerror=alert(1)>',
    '../../escape',
    '..',
    '.',
    '',
    'a%2fb#?',
    'ü',
    'Ü',
    'same',
    'same',
  ];
  const long = 'ü'.repeat(140);
  for (const name of [...names, `${long}1`, `${long}2`]) await results.add(name, { fake: solid(1) });
  results.write();
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  assert.doesNotMatch(page, /<script|onerror=[^&]*&gt;.*<img src=x/);
  assert.equal(new Set(pictures(folder).map((file) => file.toLowerCase())).size, names.length + 2);
  assert.equal(readdirSync(join(folder, 'images')).length, names.length + 2);
  assert.deepEqual(
    readdirSync(root).filter((name) => name.includes('escape')),
    [],
  );
});

test('pictures are stretched by the aspect ratio', async () => {
  const size = async (aspectRatio: number) => {
    const folder = join(root, `aspect${aspectRatio}`);
    await new ResultsPage(folder, 'x', { aspectRatio }).add('1', { fake: solid(9) });
    const { width, height } = await sharp(join(folder, 'images/1_fake.png')).metadata();
    return [width, height];
  };
  assert.deepEqual(await size(2), [4, 8]);
  assert.deepEqual(await size(0.5), [8, 4]);
});
