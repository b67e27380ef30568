import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

/*
 * Makes the pictures of the dashboard in the documentation, by the test that checks its views:
 *
 *   npm run docs:screenshots -- --folder demo/dashboard
 *
 * The first time it draws a data set and trains a few small runs in that folder, which takes some minutes. Needs a
 * Chromium, as the tests do.
 */
const { values } = parseArgs({ options: { folder: { type: 'string', default: 'demo/dashboard' } } });
const data = join(values.folder, 'data');
const checkpoints = join(values.folder, 'checkpoints');
const pictures = join(values.folder, 'pictures');

/** The options in which the runs differ, by the runs' names. */
const RUNS: Readonly<Record<string, readonly string[]>> = {
  l1_10: ['--lambda_L1', '10'],
  lsgan: ['--gan_mode', 'lsgan'],
  narrow: ['--ngf', '8'],
};
/** Trains while the pictures are taken. */
const LIVE = 'baseline';
const LIVE_SECONDS = 60;
const SETTINGS = [
  ...['--dataroot', data, '--checkpoints_dir', checkpoints, '--direction', 'BtoA', '--netG', 'unet_128'],
  ...['--load_size', '136', '--crop_size', '128', '--ngf', '16', '--ndf', '16', '--n_epochs', '3'],
  ...['--n_epochs_decay', '2', '--display_freq', '40', '--quiet'],
];

/** The pictures that the documentation shows, of those that the test takes. */
const SHOWN: Readonly<Record<string, string>> = {
  dashboard: 'runs-desk-light',
  'dashboard-dark': 'runs-desk-dark',
  'dashboard-images': 'images-desk-light',
  'dashboard-difference': 'difference-desk-dark',
  'dashboard-compare': 'compare-desk-light',
  'dashboard-run': 'run-desk-light',
  'dashboard-phone': 'run-phone-dark',
};

if (!existsSync(data)) pix2pix('dataset', 'synth', '--out', data, '--count', '150', '--size', '128');
for (const [name, options] of Object.entries(RUNS)) {
  if (!existsSync(join(checkpoints, name))) pix2pix('train', '--name', name, ...SETTINGS, ...options);
}
rmSync(join(checkpoints, LIVE), { recursive: true, force: true });
const live = spawn(
  process.execPath,
  ['bin/pix2pix.js', 'train', '--name', LIVE, ...SETTINGS, '--n_epochs', '40'],
  {
    stdio: 'ignore',
  },
);
await sleep(LIVE_SECONDS * 1000);
rmSync(pictures, { recursive: true, force: true });
mkdirSync(pictures, { recursive: true });
try {
  run('test/run.js', ['dist/test/dashboard/views'], {
    PIX2PIX_SCREENSHOTS: pictures,
    PIX2PIX_SCREENSHOT_RUNS: checkpoints,
  });
} finally {
  live.kill('SIGINT'); // it saves and ends
}
for (const [name, taken] of Object.entries(SHOWN)) {
  const file = join(pictures, `${taken}.png`);
  if (!existsSync(file)) throw new Error(`no ${file} among ${readdirSync(pictures).join(', ')}`);
  await sharp(file)
    .webp({ quality: 88 })
    .toFile(join('docs', 'images', `${name}.webp`));
}
console.log(`wrote ${Object.keys(SHOWN).length} pictures into docs/images`);

function pix2pix(...argv: readonly string[]): void {
  run('bin/pix2pix.js', argv);
}

function run(script: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  const { status } = spawnSync(process.execPath, [script, ...argv], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${script} ${argv.join(' ')} ended with ${status}`);
}
