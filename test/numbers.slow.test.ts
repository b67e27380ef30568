import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { encodeNumbers } from '../src/data/raster/encodeNumbers.js';
import type { NumberArray, Raster } from '../src/data/raster/raster.js';
import { readRaster } from '../src/data/raster/readRaster.js';
import { foundDevices } from './foundDevices.js';
import { pix2pix, TINY, temporaryFolder } from './tinyRun.js';

// Trainings on other than 8-bit pictures, from the files to the files, by the program as people use it.

const folder = temporaryFolder();
const SIDE = 40;

/** A smooth field of -1 ... 1, other for every image. */
const field = (index: number, i: number) =>
  (Math.sin((6 * (i % SIDE)) / SIDE + index) + Math.cos((5 * Math.floor(i / SIDE)) / SIDE - index)) / 2;

/** Writes an image of each phase to `data/<phase><place>.<format>`. */
function write(
  data: string,
  place: string,
  format: 'png' | 'tiff' | 'npy',
  make: (at: (i: number) => number) => { readonly data: NumberArray; readonly palette?: Uint8Array },
): void {
  for (const [phase, count] of Object.entries({ train: 4, val: 1, test: 2 })) {
    for (let index = 0; index < count; index++) {
      const made = make((i) => field(index, i));
      const raster: Raster = { ...made, width: SIDE, height: SIDE, channels: made.data.length / SIDE ** 2 };
      const path = join(folder, data, `${phase}${place}`, `${index}.${format}`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, encodeNumbers(raster, format));
    }
  }
}

const area = SIDE * SIDE;
const PALETTE = Uint8Array.of(0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255);
const grey12 = (sign: number) => (at: (i: number) => number) => ({
  data: Uint16Array.from({ length: area }, (_, i) => Math.round(2000 + sign * 1900 * at(i))),
});
const height = (at: (i: number) => number) => ({
  data: Int16Array.from({ length: area }, (_, i) => Math.round(1000 * at(i) - 300)),
});
const colours = (at: (i: number) => number) => ({
  data: Uint8Array.from({ length: 3 * area }, (_, i) =>
    Math.round(127 + 100 * at(Math.floor(i / 3)) * ((i % 3) - 1)),
  ),
});
const labels = (at: (i: number) => number) => ({
  data: Uint8Array.from({ length: area }, (_, i) => (i === 0 ? 255 : Math.floor((at(i) + 1) * 1.99))),
  palette: PALETTE,
});

write('grey', 'A', 'png', grey12(1));
write('grey', 'B', 'png', grey12(-1));
write('five', 'A', 'npy', (at) => ({
  data: Float32Array.from({ length: 5 * area }, (_, i) => ((i % 5) + 1) * at(i / 5) + 7),
}));
write('five', 'B', 'npy', height);
write('depth', 'A/rgb', 'png', colours);
write('depth', 'A/depth', 'tiff', (at) => ({
  data: Float32Array.from({ length: area }, (_, i) => 10 + 3 * at(i)),
}));
write('depth', 'B', 'png', colours);
write('photo', 'A', 'png', labels);
write('photo', 'B', 'png', colours);
write('label', 'A', 'png', colours);
write('label', 'B', 'png', labels);

function run(...argv: string[]): string {
  const { status, stdout, stderr } = pix2pix(folder, argv);
  assert.equal(status, 0, `${argv.join(' ')}\n${stdout}\n${stderr}`);
  return stdout;
}

const result = (...path: string[]) => readRaster(join(folder, ...path), path.join('/'));

/** A GPU in software builds a kernel in a tenth of a second: the fewest, none of them timed. */
const FEWEST_KERNELS = [
  ...['--layer_forms', 'rule', '--netD', 'pixel', '--ngf', '1', '--ndf', '1'],
  ...['--norm', 'none', '--init_gain', '0.25', '--val_freq', '0'],
];

/**
 * Trains, goes on, tests, translates and exports; the translations of run and export are one. A GPU in software compiles all
 * of its kernels for each command: how it goes on and tests, which is the same for all numbers, is seen with one kind of them.
 */
async function endToEnd(
  name: string,
  device: string,
  input: string,
  format: string,
  options: string[],
): Promise<Raster> {
  const of = `${name}-${device}`;
  const dataroot = input.split('/')[0];
  const begun = ['--dataroot', dataroot, '--name', of, '--n_epochs', '1', '--n_epochs_decay', '0'];
  const machine = device === 'webgpu' ? FEWEST_KERNELS : [];
  run('train', ...TINY, '--device', device, ...machine, ...begun, ...options);
  if (device === 'cpu' || name === 'grey') {
    const more = ['--continue_train', '--n_epochs', '2', '--n_epochs_decay', '0'];
    assert.match(run('train', '--name', of, ...more), /goes on in epoch 2[\s\S]*finished after 8 steps/);
    assert.match(run('test', '--name', of, '--eval', '--result_format', 'npy'), /2 images: L1/);
  }
  run('translate', '--model', of, '--norm_mode', 'running', '--device', device, input, `${of}.${format}`);
  run('export', '--model', of, '--norm_mode', 'running', '--out', `${of}.onnx`);
  run('translate', '--model', `${of}.onnx`, input, `${of}-onnx.${format}`);
  const [made, exported] = [await result(`${of}.${format}`), await result(`${of}-onnx.${format}`)];
  const span = Math.max(...made.data) - Math.min(...made.data);
  const worst = Math.max(...made.data.map((value, i) => Math.abs(value - exported.data[i])));
  assert.ok(span > 0 && worst <= 1 + 1e-3 * span, `${worst} of ${span}`);
  return made;
}

for (const { device } of foundDevices) await device.dispose(); // each command opens its own
for (const device of ['cpu', 'webgpu'].filter((name) => foundDevices.some((found) => found.name === name))) {
  test(`${device}: 12 bits of grey`, async () => {
    const made = await endToEnd('grey', device, 'grey/testA/0.png', 'png', [
      ...['--input_nc', '1', '--output_nc', '1', '--value_range', 'auto'],
    ]);
    assert.ok(made.data instanceof Uint16Array);
    assert.ok(made.data.every((level) => level >= 100 && level <= 3900));
  });

  test(`${device}: five channels of floats become one of heights`, async () => {
    const made = await endToEnd('five', device, 'five/testA/0.npy', 'npy', [
      ...['--input_nc', '5', '--output_nc', '1', '--value_range', 'auto'],
    ]);
    assert.ok(made.data instanceof Float32Array);
    assert.ok(
      made.data.every((metres) => metres >= -1300 && metres <= 700) && made.data.some((m) => m < -255),
    );
  });

  test(`${device}: colours and depth in files of their own`, async () => {
    const made = await endToEnd('depth', device, 'depth/testA/rgb/0.png', 'png', [
      ...[
        '--input_nc',
        '4',
        '--input_folders',
        'rgb,depth',
        '--value_range',
        'auto',
        '--output_range',
        '0,255',
      ],
    ]);
    assert.deepEqual([made.channels, made.data.constructor], [3, Uint8Array]);
  });

  test(`${device}: labels to pictures`, async () => {
    await endToEnd('photo', device, 'photo/testA/0.png', 'png', ['--label_nc', '4', '--ignore_label', '255']);
  });

  for (const loss of ['l1', 'cross_entropy']) {
    test(`${device}: pictures to labels by ${loss}, with their palette, and nothing is learnt where there is none`, async () => {
      const labelled = ['--label_nc', '4', '--ignore_label', '255', '--label_side', 'output'];
      const made = await endToEnd(loss, device, 'label/testA/0.png', 'png', [
        ...[...labelled, '--label_loss', loss],
      ]);
      assert.deepEqual(made.palette?.subarray(0, PALETTE.length), PALETTE);
      assert.ok(made.data.every((label) => label < 4));
      if (device !== 'cpu') return;
      const tested = await result('results', `${loss}-${device}`, 'test_latest', 'results', '0.npy');
      assert.deepEqual(
        [...tested.data].flatMap((label, i) => (label === 255 ? [i] : [])),
        [0],
      );
    });
  }
}

test('a picture of any size goes through padded, and what comes out is as large as it was', async () => {
  run(
    'train',
    ...TINY,
    '--dataroot',
    'grey',
    '--name',
    'padded',
    '--preprocess',
    'pad',
    '--max_steps',
    '2',
    ...[...['--input_nc', '1', '--output_nc', '1', '--value_range', 'auto']],
  );
  run('test', '--name', 'padded', '--result_format', 'tiff');
  const { width, height } = await result('results', 'padded', 'test_latest', 'results', '0.tiff');
  assert.deepEqual([width, height], [SIDE, SIDE]);
  assert.match(
    readFileSync(join(folder, 'checkpoints/padded/log.txt'), 'utf8'),
    /padded to what the networks take/,
  );
});

test('images that are not square are trained on, validated, tested, exported and translated as they are', async () => {
  const wide = ['--load_size', '72x36', '--crop_size', '64x32', '--max_steps', '2'];
  run('train', ...TINY, '--dataroot', 'label', '--name', 'wide', ...wide);
  run('train', '--name', 'wide', '--continue_train', '--max_steps', '3');
  run('test', '--name', 'wide', '--result_format', 'png');
  const { width, height } = await result('results', 'wide', 'test_latest', 'results', '0.png');
  assert.deepEqual([width, height], [64, 32]);
  run('export', '--model', 'wide', '--fixed_size', '64x32', '--out', 'wide.onnx');
  run('translate', '--model', 'wide.onnx', 'results/wide/test_latest/images/0_real_A.png', 'made.png');
  const made = await result('made.png');
  assert.deepEqual([made.width, made.height], [64, 32]);
});
