import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { readSafetensorsBytes } from '../src/checkpoints/format/safetensorsBytes.js';
import { toFloatImages } from '../src/data/batch/floatImages.js';
import { precisions } from '../src/engine/onnx/modelForm.js';
import { ModelProtoSchema } from '../src/engine/onnx/onnx_pb.js';
import { downloadFloats } from '../src/engine/runtime/device.js';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import { sampleImage } from '../src/inference/export/sampleImages.js';
import { TOLERANCES } from '../src/inference/export/selfCheck.js';
import { infoOf } from '../src/inference/infoInModel.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { normModes } from '../src/inference/portable/generatorInfo.js';
import { temporaryFolder } from './tinyRun.js';
import { makeRun } from './trainedRun.js';

// `pix2pix export`: the files are what they say, for every kind of generator.

const folder = temporaryFolder();
const place = (name: string) => join(folder, name);
const from = { checkpointsDir: folder };

/** Every generator that --netG names, as small as it gets, with every norm. */
const GENERATORS: { netG: string; norm: string; ngf: number; more?: string[] }[] = [
  ...['batch', 'instance', 'none'].flatMap((norm) =>
    ['unet_32', 'unet_64'].map((netG) => ({ netG, norm, ngf: 3 })),
  ),
  { netG: 'tf_unet_256', norm: 'batch', ngf: 1 },
  ...['batch', 'instance'].map((norm) => ({ netG: 'resnet_6blocks', norm, ngf: 2 })),
  { netG: 'resnet_9blocks', norm: 'none', ngf: 2, more: ['--upsample', 'resize', '--no_dropout'] },
  { netG: 'encoder_decoder_32', norm: 'batch', ngf: 3, more: ['--upsample', 'resize'] },
];

const python = [process.env.PIX2PIX_TEST_PYTHON, 'python3'].find(
  (command) => command && spawnSync(command, ['-c', 'import onnx']).status === 0,
);
const written: string[] = [];

for (const { netG, norm, ngf, more = [] } of GENERATORS) {
  test(`${[netG, 'norm', norm, ...more].join(' ')}: every precision and norm mode is within its tolerance`, async () => {
    const run = [netG, norm, ...more].join('_');
    const argv = [
      '--netG',
      netG,
      '--ngf',
      `${ngf}`,
      '--norm',
      norm,
      '--input_nc',
      '3',
      '--output_nc',
      '2',
      ...more,
    ];
    await (await makeRun(folder, run, argv)).dispose();
    for (const normMode of normModes) {
      for (const precision of precisions) {
        const out = place(`${run}_${normMode}_${precision}.onnx`);
        // exportGenerator throws above the tolerance; that it would is tested below
        const { difference, bytes } = await exportGenerator(run, { ...from, normMode, precision, out });
        const { measure, limit } = TOLERANCES[precision];
        assert.ok(difference[measure] <= limit);
        assert.equal(bytes, statSync(out).size);
        written.push(out);
      }
    }
  });
}

test("onnx's own checker finds nothing wrong with any of them", {
  skip: python === undefined && 'no python3 with onnx (PIX2PIX_TEST_PYTHON)',
}, async () => {
  for (const boundary of ['uint8', 'float255'] as const) {
    const out = place(`${boundary}.onnx`);
    await exportGenerator('unet_32_batch', { ...from, boundary, out });
    written.push(out);
  }
  const script = `
import sys, onnx
for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    for value in [*model.graph.input, *model.graph.output]:
        dims = [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
        assert len(dims) == 4 and {'batch', 'height', 'width'} <= set(dims), dims
print(len(sys.argv) - 1)`;
  const { stdout, stderr } = spawnSync(python!, ['-c', script, ...written], { encoding: 'utf8' });
  assert.equal(stdout.trim(), `${GENERATORS.length * 6 + 2}`, stderr);
});

test('spectral norm is divided out when a generator is exported', async () => {
  // Single precision alone: without a step of training the directions are random, and the weights beyond a half's range.
  const argv = ['--netG', 'unet_32', '--ngf', '3', '--norm', 'instance', '--spectral_norm', 'G'];
  await (await makeRun(folder, 'spectral', argv)).dispose();
  for (const normMode of normModes) {
    const out = place(`spectral_${normMode}.onnx`);
    const { difference } = await exportGenerator('spectral', { ...from, normMode, out });
    assert.ok(difference.max <= TOLERANCES.fp32.limit);
  }
});

test('the norm modes differ, and both are those of the trained model', async () => {
  const model = await makeRun(folder, 'modes', ['--netG', 'unet_32', '--ngf', '4', '--norm', 'batch']);
  const image = sampleImage(64, 32, 3, 4);
  const seen: Float32Array[] = [];
  for (const normMode of normModes) {
    const out = place(`modes_${normMode}.onnx`);
    await exportGenerator('modes', { ...from, normMode, out });
    const generator = await loadGenerator(out);
    const { data } = await generator.translate(toFloatImages(image));
    await generator.dispose();
    // unet_32 has no dropout, so that Model.translate, which trains and tests, is to give the same
    const trained = await model.translate(image, { evaluate: normMode === 'running' });
    assert.ok(distance(data, trained.data) <= 1e-4, normMode);
    seen.push(data);
  }
  await model.dispose();
  assert.ok(distance(seen[0], seen[1]) > 0.1);
});

function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i])), 0);
}

test('normalisation by running statistics is folded away, that by the image is InstanceNormalization', () => {
  const ops = (file: string) =>
    fromBinary(ModelProtoSchema, readFileSync(place(file))).graph!.node.map(({ opType }) => opType);
  const folded = ops('unet_32_batch_running_fp32.onnx');
  assert.deepEqual(
    new Set(folded),
    new Set(['Conv', 'ConvTranspose', 'LeakyRelu', 'Relu', 'Concat', 'Tanh', 'Identity']),
  );
  const kept = ops('unet_32_batch_batch_fp32.onnx');
  assert.equal(kept.filter((op) => op === 'InstanceNormalization').length, 7);
});

test('stored weights take a half and a quarter of the place', () => {
  const size = (precision: string) => statSync(place(`unet_64_batch_batch_${precision}.onnx`)).size;
  assert.ok(size('fp16') < 0.6 * size('fp32'));
  assert.ok(size('int8') < 0.35 * size('fp32'));
});

test('the file says what it is of', () => {
  const file = place('unet_32_batch_running_int8.onnx');
  const info = infoOf(fromBinary(ModelProtoSchema, readFileSync(file)), file)!;
  const { name, inputNc, outputNc, unit, normMode, precision, boundary, options } = info;
  assert.deepEqual(
    { name, inputNc, outputNc, unit, normMode, precision, boundary },
    {
      name: 'unet_32_batch',
      inputNc: 3,
      outputNc: 2,
      unit: 32,
      normMode: 'running',
      precision: 'int8',
      boundary: 'float',
    },
  );
  assert.equal(options.netG, 'unet_32');
  assert.match(info.version, /^\d+\.\d+\.\d+/);
  assert.match(info.commit, /^([0-9a-f]{40}|unknown)$/);
});

test('images in 0 ... 255, as bytes and as floats, give the same translation', async () => {
  await (await makeRun(folder, 'bytes', ['--netG', 'unet_32', '--ngf', '3', '--norm', 'instance'])).dispose();
  const image = sampleImage(40, 50, 3, 8);
  const translations: Uint8Array[] = [];
  for (const boundary of ['float', 'uint8', 'float255'] as const) {
    const out = place(`bytes_${boundary}.onnx`);
    await exportGenerator('bytes', { ...from, boundary, out });
    const generator = await loadGenerator(out);
    assert.equal(generator.info.boundary, boundary);
    translations.push((await generator.translate(image)).data);
    await generator.dispose();
  }
  for (const other of translations) {
    assert.ok(other.every((byte, i) => Math.abs(byte - translations[0][i]) <= 1)); // what is rounded last may fall elsewhere
  }
});

test('files of weights, of either precision, are read back', async () => {
  for (const format of ['safetensors', 'pth'] as const) {
    for (const precision of ['fp32', 'fp16'] as const) {
      const out = place(`weights_${precision}.${format}`);
      const { difference } = await exportGenerator('bytes', { ...from, format, precision, out });
      assert.ok(precision === 'fp16' || difference.max < 1e-3);
      const generator = await loadGenerator(out);
      assert.equal(generator.info.unit, 32);
      await generator.dispose();
    }
  }
  await assert.rejects(
    exportGenerator('bytes', { ...from, format: 'pth', precision: 'int8', out: place('no.pth') }),
    /PyTorch loads no weights that are bytes/,
  );
});

test('int8 weights are bytes with a scale for each output channel, half a step from the floats at most', async () => {
  const [exact, small] = [place('weights_fp32.safetensors'), place('weights_int8.safetensors')];
  await exportGenerator('bytes', { ...from, format: 'safetensors', precision: 'fp32', out: exact });
  await exportGenerator('bytes', { ...from, format: 'safetensors', precision: 'int8', out: small });
  assert.ok(statSync(small).size < 0.35 * statSync(exact).size);
  const [floats, bytes] = [exact, small].map((path) => readSafetensorsBytes(readFileSync(path), path));
  const stored = [...bytes.tensors].filter(([, { dtype }]) => dtype === 'I8');
  assert.ok(stored.length > 8);
  for (const [name, { shape }] of stored) {
    const [w, q, s] = [floats.read(name), bytes.read(name), bytes.read(`${name}.scale`)];
    // PyTorch: Conv2d has its output channels first, ConvTranspose2d second; here the up half of a U-Net has more inputs
    const axis = s.shape.findIndex((size) => size > 1);
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    for (let i = 0; i < q.data.length; i++) {
      const scale = Number(s.data[Math.floor(i / inner) % shape[axis]]);
      const error = Math.abs(Number(q.data[i]) * scale - Number(w.data[i]));
      assert.ok(error <= 0.5001 * scale, `${name}[${i}]: ${error} of ${scale}`);
    }
  }
  await using generator = await loadGenerator(small);
  assert.equal(generator.info.unit, 32);
});

test('an export that differs too much is refused, and nothing is written', async () => {
  // More than half precision can hold; the norm behind it makes them harmless in single precision.
  const argv = ['--netG', 'unet_32', '--ngf', '2', '--norm', 'instance'];
  const model = await makeRun(folder, 'steep', argv, async ({ networks, device }) => {
    const [state] = networks.G.states;
    const weights = await downloadFloats(device, state);
    await device.upload(
      state,
      weights.map((x) => x * 1e6),
    );
  });
  await model.dispose();
  const out = place('steep.onnx');
  await assert.rejects(
    exportGenerator('steep', { ...from, precision: 'fp16', out }),
    /^Pix2PixError: the exported generator differs too much[\s\S]*max difference[\s\S]*tolerance +1\/255/,
  );
  assert.ok(!existsSync(out));
});
