/** Our checkpoints in PyTorch: the example to which docs/interchange.md points. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import type { StoredTensor } from '../src/checkpoints/format/dtype.js';
import { readSafetensors, writeSafetensors } from '../src/checkpoints/safetensors.js';
import { toImageBatch } from '../src/data/batch/floatImages.js';
import type { ImageBatch } from '../src/data/batch/imageBatch.js';
import { writeStateDict } from '../src/interop/writeStateDict.js';
import { createModel } from '../src/training/createModel.js';
import { parseTestOptions } from '../src/training/options.js';
import { completeOptions } from '../src/training/saved/completeOptions.js';
import { maxDifference } from './assertClose.js';
import { fixture, repositoryRoot } from './repository.js';
import { temporaryFolder } from './tinyRun.js';

const python = process.env.PIX2PIX_TEST_PYTHON ?? 'python3';
const has = spawnSync(python, ['-c', 'import torch, safetensors, PIL'], { stdio: 'ignore' }).status === 0;
const skip = !has && `no PyTorch, safetensors and Pillow in ${python} (name one by PIX2PIX_TEST_PYTHON)`;

const folder = temporaryFolder();
const side = 32;
const { tensors } = readSafetensors(fixture('networks.safetensors'));

/** A generator from three channels to one, with weights from PyTorch. Fixtures keep scalars as vectors of one. */
const generator = new Map<string, StoredTensor>();
for (const [name, tensor] of tensors) {
  const own = /^G_batch\.weights\.(.*)$/.exec(name)?.[1];
  const isScalar = own?.endsWith('num_batches_tracked');
  if (own !== undefined) generator.set(own, isScalar ? { ...tensor, shape: [] } : tensor);
}

/** The first image of the fixture, channels last. */
const planes = tensors.get('G_batch.input')!.data as Uint8Array;
const bytes = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
  return planes[(i % 3) * side * side + Math.floor(i / 3)];
});

/** The translation of the image by our engine. */
async function ours(): Promise<Uint8Array> {
  const run = ['--name', 'run', '--checkpoints_dir', folder, '--dataroot', 'unused'];
  const opt = completeOptions(parseTestOptions(run));
  const model = await createModel(opt);
  try {
    await model.setup(opt, { print: () => {} });
    const image: ImageBatch = { data: bytes, shape: [1, side, side, 3] };
    return toImageBatch(await model.translate(image)).data;
  } finally {
    await model.dispose();
  }
}

test('examples/loadInPython.py makes the image that we make, from either format', { skip }, async () => {
  mkdirSync(join(folder, 'run'));
  const weights = ['latest_net_G.pth', 'copy.safetensors'].map((name) => join(folder, 'run', name));
  writeStateDict(weights[0], generator);
  writeSafetensors(weights[1], generator);
  const expected = await ours();
  const [input, output] = [join(folder, 'in.png'), join(folder, 'out.png')];
  await sharp(bytes, { raw: { width: side, height: side, channels: 3 } }).toFile(input);
  for (const file of weights) {
    const program = join(repositoryRoot, 'examples', 'loadInPython.py');
    const { status, stderr } = spawnSync(python, [program, file, input, output], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    const made = await sharp(output).toColourspace('b-w').raw().toBuffer();
    assert.ok(maxDifference(made.subarray(0, side * side), expected.subarray(0, side * side)) <= 1, file);
  }
});
