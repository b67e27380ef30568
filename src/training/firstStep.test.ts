/** The program of the first step, which is compiled before its images are there. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import { encodeNumbers } from '../data/raster/encodeNumbers.js';
import { CpuDevice } from '../engine/devices/cpu/cpuDevice.js';
import { encodePng } from '../records/writing/encodePng.js';
import { parseTrainOptions } from './options.js';
import { trainingLoop } from './trainingLoop.js';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-first-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const WIDTH = 64;
const HEIGHT = 32;

/** Two pairs of pictures side by side, and two of numbers in folders of their own. */
async function writeImages(): Promise<void> {
  for (const under of ['pictures/train', 'numbers/trainA', 'numbers/trainB'])
    mkdirSync(join(folder, under), { recursive: true });
  for (const i of [0, 1]) {
    const pair = new Uint8Array(HEIGHT * 2 * WIDTH * 3).fill(60 * i);
    const png = await encodePng({ data: pair, shape: [1, HEIGHT, 2 * WIDTH, 3] });
    writeFileSync(join(folder, 'pictures', 'train', `${i}.png`), png);
    for (const [side, channels] of [
      ['A', 5],
      ['B', 2],
    ] as const) {
      const data = Float32Array.from({ length: HEIGHT * WIDTH * channels }, (_, k) => (k % 7) / 7);
      const npy = await encodeNumbers({ data, width: WIDTH, height: HEIGHT, channels }, 'npy');
      writeFileSync(join(folder, 'numbers', `train${side}`, `${i}.npy`), npy);
    }
  }
}

/** How many programs a training of one step compiles. */
async function compiledIn(name: string, ...more: string[]): Promise<number> {
  const opt = parseTrainOptions([
    ...['--checkpoints_dir', folder, '--name', name, '--intra_threads', '1', '--num_threads', '0'],
    ...['--netG', 'unet_32', '--ngf', '2', '--ndf', '2', '--netD', 'pixel', '--device', 'cpu'],
    ...['--crop_size', `${WIDTH}x${HEIGHT}`, '--load_size', `${WIDTH}x${HEIGHT}`, '--val_freq', '0'],
    ...['--max_steps', '1', ...more],
  ]);
  const compile = mock.method(CpuDevice.prototype, 'compile');
  try {
    await trainingLoop(opt, { emit: () => {}, shouldStop: () => false });
    return compile.mock.callCount();
  } finally {
    compile.mock.restore();
  }
}

test('it is compiled once', async () => {
  await writeImages();
  const pictures = ['--dataroot', join(folder, 'pictures')];
  const numbers = ['--dataroot', join(folder, 'numbers'), '--input_nc', '5', '--output_nc', '2'];
  assert.equal(await compiledIn('pictures', ...pictures), 1);
  assert.equal(await compiledIn('both', ...pictures, '--batch_size', '2', '--direction', 'BtoA'), 1);
  assert.equal(await compiledIn('numbers', ...numbers, '--value_range', '0,1'), 1);
});
