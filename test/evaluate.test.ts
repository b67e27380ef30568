import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { csvParse } from 'd3-dsv';
import sharp from 'sharp';
import { evaluateCommand } from '../src/cli/evaluate.js';
import { fromCommander } from '../src/cli/fromCommander.js';
import { encodeNumbers, type NumberFormat } from '../src/data/raster/encodeNumbers.js';
import type { Raster } from '../src/data/raster/raster.js';
import { parseTestOptions } from '../src/training/options.js';
import { test as translateTest } from '../src/training/testCommand.js';
import { makeDataset, root, TINY, temporaryFolder, trainHere } from './tinyRun.js';

// What `pix2pix evaluate` measures is what `pix2pix test` measures, whoever shares the images out.

const folder = temporaryFolder();
const NETWORK = join(root, 'test/fixtures/quality/features.onnx');
await makeDataset(join(folder, 'data'), { train: 4, test: 5 });
process.chdir(folder);
const argv = ['--dataroot', 'data', '--name', 'run', '--n_epochs', '2', '--n_epochs_decay', '0', '--no_html'];
await trainHere([...argv, '--save_epoch_freq', '1', ...TINY]);

const command = fromCommander(evaluateCommand);
/** As a person does, in this process: it says on stdout what the tests read from the files. */
const evaluate = (...words: string[]) => command.run([...words, '--device', 'cpu', '--intra_threads', '1']);
const textOf = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');
const rowsOf = (...path: string[]) => [...csvParse(textOf(...path))];

const words = ['run', '--epoch', 'all', '--features', NETWORK, '--rank_by', 'FID'];
await evaluate(...words, '--out', 'whole');

test('every checkpoint is measured as by pix2pix test, image by image', async () => {
  assert.deepEqual(
    rowsOf('whole', 'evaluation.csv').map(({ run, checkpoint, epoch, images }) => [
      run,
      checkpoint,
      epoch,
      images,
    ]),
    [
      ['run', '1', '1', '5'],
      ['run', '2', '2', '5'],
    ], // and not latest, which is the same as 2
  );
  const opt = parseTestOptions(['--name', 'run', '--epoch', '1', '--device', 'cpu']);
  const { means } = await translateTest(opt, undefined, { message: () => {}, progress: () => {} });
  const [first] = rowsOf('whole', 'evaluation.csv');
  assert.deepEqual(
    [Number(first.L1), Number(first.PSNR), Number(first.SSIM)],
    [means.l1, means.psnr, means.ssim],
  );
  const results = rowsOf('whole', 'images.csv').filter(({ checkpoint }) => checkpoint === '1');
  const page = textOf('results', 'run', 'test_1', 'index.html');
  for (const { image, L1 } of results)
    assert.match(page, new RegExp(`>${image}</a></td><td>${Number(L1).toFixed(4)}</td>`));
  const { subjects } = JSON.parse(textOf('whole', 'evaluation.json'));
  assert.equal(subjects[0].measures.FID, Number(first.FID));
});

test('the results of a test are measured as the run that made them', async () => {
  await evaluate('results/run/test_1', '--out', 'folder', '--features', NETWORK);
  const [made] = rowsOf('folder', 'evaluation.csv');
  const [run] = rowsOf('whole', 'evaluation.csv');
  for (const metric of ['L1', 'PSNR', 'SSIM', 'LPIPS', 'FID', 'KID', 'precision', 'recall'])
    assert.ok(Math.abs(Number(made[metric]) - Number(run[metric])) < 1e-9, metric);
});

test('parts by launcher, Slurm and index come to the same files as one process', async () => {
  const parts: Readonly<Record<string, string>>[] = [
    { OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '3' },
    { SLURM_PROCID: '2', SLURM_STEP_NUM_TASKS: '3' },
    { JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '3' },
  ];
  for (const env of parts) {
    assert.ok(!existsSync(join(folder, 'parts', 'index.html')));
    Object.assign(process.env, env);
    await evaluate(...words, '--out', 'parts');
    for (const name of Object.keys(env)) delete process.env[name];
  }
  for (const file of ['evaluation.csv', 'images.csv', 'evaluation.json', 'index.html'])
    assert.equal(textOf('parts', file), textOf('whole', file), file);
  await assert.rejects(
    evaluate('run', '--epoch', '1', '--out', 'parts', '--part', '1/3'),
    /a part of this folder is of another evaluation/,
  );
});

test('label maps are measured by their classes, in grey and in colours', async () => {
  const classes = { made: [0, 1, 1, 2], wanted: [0, 1, 2, 2] };
  const palette = [
    [0, 0, 255],
    [255, 0, 0],
    [0, 255, 0],
  ];
  for (const [side, pixels] of Object.entries(classes)) {
    for (const [kind, bytes] of [
      ['grey', pixels],
      ['colour', pixels.flatMap((c) => palette[c].map((v) => Math.min(250, v)))],
    ] as const) {
      mkdirSync(join(folder, kind, side), { recursive: true });
      const raw = { width: 2, height: 2, channels: kind === 'grey' ? 1 : 3 } as const;
      await sharp(Uint8Array.from(bytes), { raw })
        .toColourspace(kind === 'grey' ? 'b-w' : 'srgb')
        .png()
        .toFile(join(folder, kind, side, 'x.png'));
    }
  }
  writeFileSync(join(folder, 'palette.json'), JSON.stringify(palette));
  for (const [kind, flags] of [
    ['grey', ['--label_nc', '3']],
    ['colour', ['--palette', 'palette.json']],
  ] as const) {
    await evaluate(`${kind}/made`, '--target', `${kind}/wanted`, ...flags, '--out', `${kind}/out`);
    const { measures, iou } = JSON.parse(textOf(kind, 'out', 'evaluation.json')).subjects[0];
    assert.deepEqual([measures.accuracy, iou], [0.75, [1, 0.5, 0.5]]);
  }
});

test('numbers of palettes are classes, and deep images are compared in their range', async () => {
  const size = { width: 2, height: 2, channels: 1 };
  const palette = Uint8Array.of(9, 9, 9, 9, 9, 9, 200, 0, 0); // classes of one colour too
  const heights = Float32Array.of(-1000, 500, 3000, 1000);
  const files: Record<string, [made: Raster, wanted: Raster]> = {
    'palette.png': [
      { ...size, palette, data: Uint8Array.of(0, 1, 1, 2) },
      { ...size, palette, data: Uint8Array.of(0, 1, 2, 2) },
    ],
    'deep.png': [
      { ...size, data: Uint16Array.of(0, 400, 1600, 4000) },
      { ...size, data: Uint16Array.of(0, 0, 2000, 4000) },
    ],
    'height.npy': [
      { ...size, data: heights.map((metres) => metres - 400) },
      { ...size, data: heights },
    ],
    'five.tiff': [
      { ...size, channels: 5, data: new Float32Array(20).fill(0.5) },
      { ...size, channels: 5, data: new Float32Array(20).fill(0.25) },
    ],
  };
  for (const [name, sides] of Object.entries(files))
    for (const [i, raster] of sides.entries()) {
      const path = join(folder, name.split('.')[0], ['made', 'wanted'][i], `x.${name.split('.')[1]}`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, encodeNumbers(raster, name.split('.')[1] as NumberFormat));
    }
  const measured = async (name: string, ...flags: string[]) => {
    await evaluate(`${name}/made`, '--target', `${name}/wanted`, ...flags, '--out', `${name}/out`);
    return JSON.parse(textOf(name, 'out', 'evaluation.json')).subjects[0];
  };
  const { measures, iou } = await measured('palette', '--label_nc', '3');
  assert.deepEqual([measures.accuracy, iou], [0.75, [1, 0.5, 0.5]]);
  for (const [name, range, l1] of [
    ['deep', '0,4000', 0.1], // (400 + 400) / 4 of 4000, which is 2
    ['height', 'auto', 0.15], // three times 400 / 4 of 4000; the lowest is clipped
    ['five', '0,1', 0.5],
  ] as const) {
    const { L1 } = (await measured(name, '--value_range', range)).measures;
    assert.ok(Math.abs(L1 - l1) < 1e-6, `${name}: ${L1}`);
  }
  await assert.rejects(measured('height'), /no agreed range[\s\S]*--value_range/);
  await assert.rejects(
    evaluate('five/made', '--target', 'height/wanted', '--out', 'five/out', '--value_range', '0,1'),
    /differ in channels[\s\S]*save both/,
  );
});

test('what cannot be evaluated is refused with what would help', async () => {
  const refused: [string[], RegExp][] = [
    [['run', '--rank_by', 'FID'], /FID needs a feature network[\s\S]*--features/],
    [['run', '--rank_by', 'mIoU'], /mIoU is of label maps[\s\S]*--label_nc/],
    [['run', '--epoch', '7'], /there is no checkpoint 7 of run[\s\S]*holds +/],
    [['rum'], /no run or folder rum\n[\s\S]*did you mean run\?/],
    [['data/test'], /neither a run nor a folder of results[\s\S]*--target/],
    [['grey/made', '--target', 'data/test'], /no target of their name[\s\S]*missing +1: x/],
    [['grey/made', '--target', 'colour/wanted', '--palette', 'run.json'], /palette cannot be read/],
    [['run', '--features', 'none.onnx'], /nothing is said of this feature network/],
  ];
  for (const [words, message] of refused) await assert.rejects(evaluate(...words), message);
});
