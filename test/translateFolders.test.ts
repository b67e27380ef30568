import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { sampleImage } from '../src/inference/export/sampleImages.js';
import { encodePng } from '../src/records/writing/encodePng.js';
import { root, temporaryFolder } from './tinyRun.js';
import { commandHere } from './told.js';
import { makeRun } from './trainedRun.js';

// `pix2pix translate` of many images: folders and patterns.

const folder = temporaryFolder();
process.chdir(folder);
const place = (...path: string[]) => join(folder, ...path);

before(async () => {
  await (await makeRun(place('checkpoints'), 'run', ['--netG', 'unet_32', '--ngf', '2'])).dispose();
  mkdirSync(place('in', 'deep'), { recursive: true });
  for (const i of [0, 1, 2])
    writeFileSync(place('in', `${i}.png`), await encodePng(sampleImage(40, 32, 3, i)));
  copyFileSync(place('in', '0.png'), place('in', 'deep', '0.png'));
});

const translate = (...argv: string[]) =>
  commandHere('translate', '--model', 'run', '--intra_threads', '1', ...argv);

test('folders and patterns keep names below them; a broken file is told at the end', async () => {
  writeFileSync(place('in', 'broken.png'), 'no image');
  const truncated = readFileSync(place('in', '0.png')).subarray(0, 400);
  writeFileSync(place('in', 'truncated.png'), truncated);
  const { status, stdout, stderr } = await translate('in', 'all', '--format', 'webp');
  assert.equal(status, 1);
  assert.equal(stdout, 'translated 4 of 6 images to all\n');
  assert.match(stderr, /^error: 2 of 6 images were not translated\n/);
  assert.match(stderr, /file +in.broken\.png\n +reason +it is no JPEG/);
  assert.match(stderr, /file +in.truncated\.png\n +reason +it cannot be decoded/);
  assert.deepEqual(readdirSync(place('all')).sort(), ['0.webp', '1.webp', '2.webp', 'deep']);
  assert.deepEqual(readdirSync(place('all', 'deep')), ['0.webp']);

  assert.equal((await translate('in/**/[0-1].png', 'matched')).status, 0);
  assert.deepEqual(readdirSync(place('matched')).sort(), ['0.png', '1.png', 'deep']);
});

test('of equal names the second gets a number, as in a test, and other files are counted', async () => {
  mkdirSync(place('twins'), { recursive: true });
  for (const name of ['1.png', '1.jpeg', '2.png', 'A.png', 'notes.txt'])
    copyFileSync(place('in', '0.png'), place('twins', name));
  const { status, stdout, stderr } = await translate(
    'twins',
    'in/deep/0.png',
    'in/0.png',
    'numbered',
    '--format',
    'webp',
  );
  assert.equal(status, 0, stderr);
  assert.equal(stdout, 'translated 6 of 6 images to numbered\n');
  assert.deepEqual(readdirSync(place('numbered')).sort(), [
    ...['0-2.webp', '0.webp', '1-2.webp', '1.webp', '2.webp', 'A.webp'],
  ]);
  assert.match(stderr, /^note: twins: 1 file is no image by its name and was passed over: 1 \.txt$/m);
  assert.match(
    stderr,
    /^note: names that are taken get a number: twins.1\.png becomes numbered.1-2\.webp, and 1 more$/m,
  );
});

test('a name that is too long stops no other image', {
  skip: process.platform === 'win32' && 'paths end earlier',
}, async () => {
  mkdirSync(place('long'), { recursive: true });
  const long = `${'x'.repeat(251)}.png`; // 255 bytes, of which .webp makes 256
  const fits = `${'y'.repeat(250)}.png`; // 254 bytes, to which a temporary name cannot add any
  for (const name of ['a.png', long, fits, 'z.png']) copyFileSync(place('in', '0.png'), place('long', name));
  const { status, stdout, stderr } = await translate('long', 'short', '--format', 'webp');
  assert.equal(status, 1);
  assert.equal(stdout, 'translated 3 of 4 images to short\n');
  assert.match(stderr, /^error: 1 of 4 images were not translated\n/);
  assert.match(stderr, /xxx\.webp[\s\S]*ENAMETOOLONG|name.* too long/);
  assert.deepEqual(readdirSync(place('short')).sort(), ['a.webp', `${'y'.repeat(250)}.webp`, 'z.webp']);
  assert.match((await translate('x'.repeat(300), 'y/')).stderr, /^error: there is no such image\n/);
});

test('what an image has more than is seen of it is said, once for each kind', async () => {
  mkdirSync(place('dark'), { recursive: true });
  const images = join(root, 'test', 'fixtures', 'images');
  for (const [i, name] of ['gray12in16.png', 'gray12in16.png', 'bands4.tif', 'rgb.ppm', 'rgb.avif'].entries())
    copyFileSync(join(images, name), place('dark', `${i}${name}`));
  const { status, stdout, stderr } = await translate('dark', 'seen');
  assert.equal(status, 0, stderr);
  assert.equal(stdout, 'translated 5 of 5 images to seen\n');
  assert.equal(
    stderr.match(/^note: dark.[01]gray12in16\.png: its values go up to \d+ of 65535/gm)?.length,
    1,
  );
  assert.match(
    stderr,
    /^note: dark.2bands4\.tif: it has 4 bands, of which only the first, as grey, is seen/m,
  );
});
