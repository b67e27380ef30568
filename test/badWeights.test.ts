import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { parseManifest, serialiseManifest } from '../src/checkpoints/manifest.js';
import { ModelProtoSchema } from '../src/engine/onnx/onnx_pb.js';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import { sampleImage } from '../src/inference/export/sampleImages.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { encodePng } from '../src/records/writing/encodePng.js';
import { temporaryFolder } from './tinyRun.js';
import { commandHere } from './told.js';
import { makeRun } from './trainedRun.js';

// Weights that translate nothing well: changed after they were written, or no numbers.

const folder = temporaryFolder();
const place = (...path: string[]) => join(folder, ...path);
const from = { checkpointsDir: place('checkpoints') };

before(async () => {
  await (await makeRun(from.checkpointsDir, 'run', ['--netG', 'unet_32', '--ngf', '2'])).dispose();
  writeFileSync(place('in.png'), await encodePng(sampleImage(40, 32, 3, 0)));
  mkdirSync(place('images'));
  copyFileSync(place('in.png'), place('images', 'in.png'));
});

/** A checkpoint of an earlier version, which stored what is no number: nothing in it has been changed since, by its sums. */
function spoil(run: string, value: number): void {
  const weights = join(run, 'latest_net_G.safetensors');
  const bytes = readFileSync(weights);
  bytes.writeFloatLE(value, bytes.length - 4); // floats lie behind the wider counters
  writeFileSync(weights, bytes);
  const manifest = parseManifest(readFileSync(join(run, 'latest.json'), 'utf8'), 'latest.json');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const files = new Map([...manifest.files].map(([part, file]) => [part, { ...file, sha256 }]));
  writeFileSync(join(run, 'latest.json'), serialiseManifest({ ...manifest, files }));
}

process.chdir(folder);
const translate = (...argv: string[]) => commandHere('translate', '--intra_threads', '1', ...argv);

test('weights that were changed translate nothing', async () => {
  await (await makeRun(from.checkpointsDir, 'changed', ['--netG', 'unet_32', '--ngf', '2'])).dispose();
  const weights = join(from.checkpointsDir, 'changed', 'latest_net_G.safetensors');
  const bytes = readFileSync(weights);
  bytes[bytes.length - 2] ^= 1;
  writeFileSync(weights, bytes);
  const { status, stderr } = await translate('in.png', 'changed.png', '--model', 'changed');
  assert.equal(status, 1);
  assert.match(stderr, /latest_net_G\.safetensors was changed after it was written/);
  assert.ok(!existsSync(place('changed.png')));
  await assert.rejects(loadGenerator('changed', from), /was changed after it was written/);
});

test('weights that are no numbers are refused, whatever file they are in', async () => {
  const small = ['--netG', 'unet_32', '--ngf', '2'];
  const refusal = /are not all numbers[\s\S]*tensor +\S+[\s\S]*1 of \d+ are NaN or infinite/;
  for (const [name, value] of Object.entries({ nan: Number.NaN, infinite: Number.NEGATIVE_INFINITY })) {
    await (await makeRun(from.checkpointsDir, name, small)).dispose();
    spoil(join(from.checkpointsDir, name), value);
    const { status, stderr } = await translate('in.png', `${name}.png`, '--model', name);
    assert.equal(status, 1);
    assert.match(stderr, refusal);
    assert.ok(!existsSync(place(`${name}.png`)));
    await assert.rejects(loadGenerator(name, from), refusal);
    await assert.rejects(exportGenerator(name, { ...from, out: place('never.onnx') }), refusal);
    const tested = await commandHere('test', '--model', 'test', '--name', name, '--dataroot', 'images');
    assert.equal(tested.status, 1);
    assert.match(tested.stderr, refusal);
  }
  for (const precision of ['fp32', 'fp16'] as const) {
    const file = place(`${precision}.onnx`);
    await exportGenerator('run', { ...from, precision, out: file });
    await (await loadGenerator(file)).dispose();
    const exported = fromBinary(ModelProtoSchema, readFileSync(file));
    const weight = exported.graph!.initializer.find(({ rawData }) => rawData.length > 1000)!;
    weight.rawData.fill(0xff, 8, 12); // NaN in either precision
    writeFileSync(file, toBinary(ModelProtoSchema, exported));
    await assert.rejects(loadGenerator(file), /are not all numbers/);
  }
});
