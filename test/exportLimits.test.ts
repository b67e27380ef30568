import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { precisions } from '../src/engine/onnx/modelForm.js';
import { type ModelProto, ModelProtoSchema } from '../src/engine/onnx/onnx_pb.js';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import { sampleImage } from '../src/inference/export/sampleImages.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { temporaryFolder } from './tinyRun.js';
import { makeRun } from './trainedRun.js';

// ONNX files for older runtimes, and for one size alone.

const folder = temporaryFolder();
const place = (name: string) => join(folder, name);
const from = { checkpointsDir: folder };
const GENERATORS = {
  unet: ['--netG', 'unet_32', '--ngf', '2', '--norm', 'batch'],
  resnet: ['--netG', 'resnet_6blocks', '--ngf', '2', '--norm', 'instance', '--upsample', 'resize'],
};
for (const [name, argv] of Object.entries(GENERATORS)) await (await makeRun(folder, name, argv)).dispose();

const modelIn = (path: string): ModelProto => fromBinary(ModelProtoSchema, readFileSync(path));

function extentsOf({ graph }: ModelProto) {
  return [...graph!.input, ...graph!.output].map(({ type }) => {
    const { value } = type!.value as { value: { shape: { dim: { value: { value: string | bigint } }[] } } };
    return value.shape.dim.map(({ value }) =>
      typeof value.value === 'bigint' ? Number(value.value) : value.value,
    );
  });
}

for (const name of Object.keys(GENERATORS)) {
  test(`${name}: an older operator set gives the same translation`, async () => {
    const image = sampleImage(32, 32, 3, 1);
    for (const precision of precisions) {
      const translations = [];
      for (const opset of [13, 17, 21]) {
        const { path } = await exportGenerator(name, {
          ...from,
          opset,
          precision,
          out: place(`${name}.onnx`),
        });
        const { opsetImport, irVersion } = modelIn(path);
        assert.deepEqual(
          opsetImport.map(({ version }) => Number(version)),
          [opset],
        );
        assert.equal(Number(irVersion), { 13: 7, 17: 8, 21: 10 }[opset]); // as ONNX's table of versions has it
        const generator = await loadGenerator(path);
        translations.push(await generator.translate(image));
        await generator.dispose();
      }
      assert.deepEqual(translations[0], translations[2], precision);
      assert.deepEqual(translations[1], translations[2], precision);
    }
  });
}

test('a file for one size says so, pads smaller images, and takes larger ones in tiles', async () => {
  const open = await loadGenerator('resnet', from);
  const { path } = await exportGenerator('resnet', {
    ...from,
    fixedSize: { width: 48, height: 48 },
    out: place('fixed.onnx'),
  });
  assert.deepEqual(extentsOf(modelIn(path)), [
    [1, 3, 48, 48],
    [1, 3, 48, 48],
  ]);
  const fixed = await loadGenerator(path);
  assert.deepEqual(fixed.info.fixedSize, { width: 48, height: 48 });
  const image = sampleImage(48, 48, 3, 2);
  const [a, b] = [await fixed.translate(image), await open.translate(image)];
  for (const [i, level] of a.data.entries()) assert.ok(Math.abs(level - b.data[i]) <= 1);
  assert.deepEqual((await fixed.translate(sampleImage(40, 30, 3, 2))).shape, [1, 30, 40, 3]);
  const large = sampleImage(100, 60, 3, 2);
  await assert.rejects(fixed.translate(large), /larger than what this file was exported for[\s\S]*48×48/);
  const tiled = await fixed.translate(large, { tile: 16, overlap: 8 });
  assert.deepEqual(tiled, await open.translate(large, { tile: 48, overlap: 8 }));
  await fixed.dispose();
  await open.dispose();
});

test('sizes that a network cannot take, and limits for what is no graph, are refused', async () => {
  await assert.rejects(
    exportGenerator('unet', { ...from, fixedSize: { width: 32, height: 40 }, out: place('x.onnx') }),
    /takes no images of this size[\s\S]*multiples of 32/,
  );
  await assert.rejects(
    exportGenerator('unet', { ...from, format: 'pth', opset: 13, out: place('x.pth') }),
    /are for ONNX files/,
  );
});

test('a page takes pictures and classes: other channels than those of grey and colours are refused', async () => {
  await (await makeRun(folder, 'four', [...GENERATORS.unet, '--input_nc', '4'])).dispose();
  const options = { ...from, format: 'web', out: place('four') } as const;
  await assert.rejects(exportGenerator('four', options), /a page takes pictures[\s\S]*4 channels/);
});
