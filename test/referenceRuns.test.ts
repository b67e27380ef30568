/** Models that other implementations trained, as `pix2pix test`, `train --continue_train` and `import` take them. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { StoredTensor } from '../src/checkpoints/format/dtype.js';
import { readSafetensors } from '../src/checkpoints/safetensors.js';
import type { Images } from '../src/data/batch/floatImages.js';
import { readStateDict } from '../src/interop/readStateDict.js';
import { writeStateDict } from '../src/interop/writeStateDict.js';
import { createModel } from '../src/training/createModel.js';
import { parseTestOptions } from '../src/training/options.js';
import { completeOptions } from '../src/training/saved/completeOptions.js';
import { assertClose } from './assertClose.js';
import { fixture, sharedData } from './repository.js';
import { makeDataset, pix2pix, temporaryFolder } from './tinyRun.js';
import { commandHere, type Told, trainingHere } from './told.js';

const folder = temporaryFolder();
process.chdir(folder);
const checkpoints = join(folder, 'checkpoints');

/** A run's folder with these files. */
function makeRun(name: string, files: Readonly<Record<string, string>>): string[] {
  mkdirSync(join(checkpoints, name), { recursive: true });
  for (const [file, source] of Object.entries(files)) copyFileSync(source, join(checkpoints, name, file));
  return ['--name', name, '--checkpoints_dir', checkpoints, '--dataroot', 'unused'];
}

/** The translation of an image by the run's generator. */
async function translate(argv: readonly string[], image: Images, evaluate: boolean): Promise<Float32Array> {
  const opt = completeOptions(parseTestOptions(argv));
  const model = await createModel(opt);
  try {
    await model.setup(opt, { print: () => {} });
    return (await model.translate(image, { evaluate })).data;
  } finally {
    await model.dispose();
  }
}

const G = sharedData('reference/pix2pix_default_net_G.pth');
const recorded = sharedData('reference/pix2pix_default.safetensors');

for (const [tag, flags] of [
  ['latest', []],
  ['200', ['--epoch', '200']],
  ['iter_5000', ['--load_iter', '5000']],
] as const) {
  test(`the reference's ${tag}_net_G.pth makes the image that it made there`, { skip: G.skip }, async () => {
    const argv = makeRun(`reference_${tag}`, { [`${tag}_net_G.pth`]: G.path });
    const { tensors } = readSafetensors(recorded.path);
    const image = (name: string) => tensors.get(name) as unknown as Images;
    const found = await translate([...argv, ...flags], image('eval.A'), true);
    assertClose(found, tensors.get('eval.fake_B')!.data as Float32Array, tag, { absolute: 1e-4 });
  });
}

test('a state dict of PyTorch, by batch statistics and by running ones', async () => {
  const { tensors } = readSafetensors(fixture('networks.safetensors'));
  const prefix = 'G_batch.weights.';
  const weights = [...tensors].filter(([name]) => name.startsWith(prefix));
  const state = new Map(weights.map(([name, tensor]) => [name.slice(prefix.length), unscaled(name, tensor)]));
  const argv = makeRun('small', {});
  writeStateDict(join(checkpoints, 'small', 'latest_net_G.pth'), state);
  const { data, shape } = tensors.get('G_batch.input')!;
  const floats = Float32Array.from(data as Uint8Array, (byte) => byte / 128 - 1);
  const image = { data: floats, shape } as unknown as Images;
  for (const [kind, evaluate] of [
    ['train', false],
    ['eval', true],
  ] as const) {
    const expected = tensors.get(`G_batch.${kind}`)!.data as Float32Array;
    assertClose(await translate(argv, image, evaluate), expected, kind, { absolute: 2e-5 });
  }
});

/** Fixtures keep scalars as vectors of one. */
function unscaled(name: string, tensor: StoredTensor): StoredTensor {
  return name.endsWith('num_batches_tracked') ? { ...tensor, shape: [] } : tensor;
}

interface PortExpectation {
  readonly ngf: number;
  readonly step: number;
  readonly output: string;
}

test('a web model of the TensorFlow port makes what its generator makes, by NumPy', async () => {
  const told = pix2pix(folder, ['import', fixture('pict/port.pict'), '--name', 'port']);
  assert.equal(told.status, 0, told.stderr);
  assert.match(told.stdout, /^G {2}tf_unet_256, ngf 2, 3 to 2 channels, norm batch/);
  const expected: PortExpectation = JSON.parse(readFileSync(fixture('pict/expected.json'), 'utf8'));
  const [side, channels] = [256, 3];
  const data = new Uint8Array(side * side * channels);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (let c = 0; c < channels; c++) {
        data[(y * side + x) * channels + c] = (7 * y + 13 * x + 29 * c + ((x * y) % 31)) % 256;
      }
    }
  }
  const argv = ['--name', 'port', '--checkpoints_dir', checkpoints, '--dataroot', 'unused'];
  const image = { data, shape: [1, side, side, channels] } as unknown as Images;
  const theirs = new Float32Array(Uint8Array.from(Buffer.from(expected.output, 'base64')).buffer);
  for (const evaluate of [false, true]) {
    const made = await translate(argv, image, evaluate);
    const ours = Float32Array.from(theirs, (_, i) => {
      const perSide = side / expected.step;
      const [x, y] = [i % perSide, Math.floor(i / perSide) % perSide];
      const channel = Math.floor(i / perSide ** 2);
      return made[(channel * side + y * expected.step) * side + x * expected.step];
    });
    assertClose(ours, theirs, 'output', { absolute: 2e-5 });
  }
});

const networks = { G: fixture('pth/instance_of_0.3.pth'), D: fixture('pth/data_parallel.pth') };

test('training goes on from a generator and a discriminator, or from a generator alone, and says so', async () => {
  await makeDataset(join(folder, 'data'), { train: 2, test: 1 });
  const told = await commandHere('import', networks.G, networks.D, '--name', 'both');
  assert.equal(told.status, 0, told.stderr);
  assert.match(told.stdout, /^G {2}unet_32, ngf 1, 3 to 3 channels, norm instance/m);
  assert.match(told.stdout, /^D {2}n_layers of 1 layers, ndf 2, 6 channels, norm batch/m);
  makeRun('alone', { '5_net_G.pth': networks.G });
  const train = (...argv: string[]) =>
    trainingHere(
      ...['--continue_train', '--dataroot', 'data', '--load_size', '36', '--crop_size', '32'],
      ...['--ndf', '2', '--num_threads', '0', '--intra_threads', '1', '--n_epochs_decay', '0', ...argv],
    );
  const alone = await train('--name', 'alone', '--epoch', '5', '--n_epochs', '6', '--netD', 'pixel');
  assert.equal(alone.status, 0, alone.stderr);
  assert.match(alone.stdout, /^warning: there is no 5_net_D\.pth: D starts afresh$/m);
  assert.match(
    alone.stdout,
    /^warning: checkpoint 5 holds networks alone: .* epoch 6 with fresh optimisers/m,
  );
  assert.match(alone.stdout, /^finished after 2 steps, in epoch 6/m);
  assert.ok(existsSync(join(checkpoints, 'alone', 'latest_net_G.safetensors')));
  const again = await train('--name', 'alone', '--n_epochs', '7');
  assert.match(again.stdout, /^training goes on in epoch 7 \(2 steps made\)/m);
});

test('where our checkpoint is, it is taken, not the reference’s beside it', async () => {
  const name = 'alone';
  writeFileSync(join(checkpoints, name, 'latest_net_G.pth'), 'rubbish');
  const { status, stderr } = await commandHere('test', '--name', name);
  assert.equal(status, 0, stderr);
});

function assertRefused({ status, stderr }: Told, message: RegExp): void {
  assert.equal(status, 1, stderr);
  assert.match(stderr, message);
  assert.ok(!/^\s+at .*:\d+:\d+\)?$/m.test(stderr), stderr);
}

test('networks that do not fit each other or the flags, and files that are no networks', async () => {
  const importing = (...files: string[]) => commandHere('import', ...files, '--name', 'refused');
  assertRefused(await importing(networks.D), /^error: a run needs one generator .* not 0 and 1/);
  assertRefused(await importing(networks.G, networks.G), /not 2 and 0/);
  assertRefused(await importing(fixture('pth/zip.pth')), /^error: the weights are of no known generator/);
  assertRefused(
    await importing(fixture('hostile/code_system.pth')),
    /^error: not a valid state dict .*posix\.system/,
  );
  assertRefused(await importing(fixture('networks.json')), /does not begin as a file of torch\.save/);
  assertRefused(await importing('absent.pth'), /^error: cannot open: no such file/);
  assert.ok(!existsSync(join(checkpoints, 'refused')));
  assertRefused(
    await commandHere('import', networks.G, '--name', 'both'),
    /^error: the run has a checkpoint already/,
  );
  assertRefused(
    await commandHere('import', networks.G, '--name', '../x'),
    /^error: --name: it must not lead out/,
  );
  assertRefused(
    await commandHere('test', '--name', 'small', '--dataroot', 'data', '--norm', 'instance'),
    /^error: the checkpoint of small holds other networks[\s\S]*--norm +command line instance, checkpoint batch/,
  );
});

test('a generator of the right kind whose tensors are not all there', async () => {
  const state = readStateDict(networks.G);
  state.delete('model.model.3.bias');
  const path = join(folder, 'lacking.pth');
  writeStateDict(path, state);
  assertRefused(
    await commandHere('import', path, '--name', 'lacking'),
    /^error: the checkpoint is of another architecture[\s\S]*missing in file \(1\) +model\.model\.3\.bias/,
  );
});

test('no hostile file has run its code', () => {
  assert.ok(!readdirSync(folder).includes('HOSTILE_CODE_RAN'));
});
