import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type ExportFormat,
  exportFormats,
  exportGenerator,
} from '../src/inference/export/exportGenerator.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { makeDataset, TINY, temporaryFolder, trainHere } from './tinyRun.js';

// Files that leave the folder of a run contain nothing about the machine that it was made on.

const SECRET = 'confidential';
const folder = temporaryFolder();
const [dataroot, checkpointsDir] = ['data', 'runs'].map((name) => join(folder, SECRET, name));
await makeDataset(dataroot, { train: 2 });
await trainHere([
  ...['--dataroot', dataroot, '--checkpoints_dir', checkpointsDir, '--name', 'facades', ...TINY],
  ...['--max_steps', '1', '--diffaug', 'color'],
  ...['--mlflow_uri', `http://127.0.0.1:9/${SECRET}`, '--mlflow_experiment', SECRET],
]);

/** The files below a folder, or the file itself. */
const filesOf = (path: string): string[] =>
  statSync(path).isFile() ? [path] : readdirSync(path).flatMap((name) => filesOf(join(path, name)));

const tell = (path: string) => filesOf(path).filter((file) => readFileSync(file).includes(SECRET));

test('the run itself remembers, so that this test would notice', () => {
  assert.ok(tell(join(checkpointsDir, 'facades')).some((file) => file.endsWith('latest.json')));
});

test('the files of the networks do not say where the data or a server was', () => {
  const run = join(checkpointsDir, 'facades');
  const networks = readdirSync(run).filter((name) => name.endsWith('.safetensors'));
  assert.ok(networks.length >= 2);
  assert.deepEqual(
    networks.flatMap((name) => tell(join(run, name))),
    [],
  );
});

const FILES: Readonly<Record<ExportFormat, string>> = {
  onnx: 'facades.onnx',
  safetensors: 'facades.safetensors',
  pth: 'facades.pth',
  web: 'site',
};

for (const format of exportFormats) {
  test(`an export as ${format} does not say it either`, async () => {
    mkdirSync(join(folder, 'out'), { recursive: true });
    const out = join(folder, 'out', FILES[format]);
    await exportGenerator('facades', { checkpointsDir, format, out });
    assert.deepEqual(tell(out), []);
  });
}

test('but it says what it was trained with', async () => {
  const options = { name: 'facades', netG: 'unet_32', diffaug: 'color', lambda_L1: 100, phase: 'train' };
  await using run = await loadGenerator('facades', { checkpointsDir });
  await using file = await loadGenerator(join(folder, 'out', FILES.onnx));
  for (const { info } of [run, file]) {
    for (const [flag, value] of Object.entries(options)) assert.equal(info.options[flag], value, flag);
    assert.ok(!('dataroot' in info.options));
  }
});
