import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fromFile } from 'geotiff';
import sharp from 'sharp';
import { Pix2PixError } from '../src/base/errors/pix2pixError.js';
import { toImageBatch } from '../src/data/batch/floatImages.js';
import { encodeNumbers } from '../src/data/raster/encodeNumbers.js';
import type { TiffTag } from '../src/data/raster/raster.js';
import { f32 } from '../src/engine/ir/tensorType.js';
import { Trace } from '../src/engine/ir/trace.js';
import { lowerGraph } from '../src/engine/onnx/lower.js';
import { neg } from '../src/engine/ops/elementwise.js';
import { sampleImage } from '../src/inference/export/sampleImages.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { translateFiles } from '../src/inference/translateFiles.js';
import { encodePng } from '../src/records/writing/encodePng.js';
import { createModel } from '../src/training/createModel.js';
import type { Model } from '../src/training/model/model.js';
import { parseTestOptions } from '../src/training/options.js';
import { completeOptions } from '../src/training/saved/completeOptions.js';
import { hugePng } from './hugePng.js';
import { sharedData } from './repository.js';
import { pix2pix, root, temporaryFolder } from './tinyRun.js';
import { commandHere } from './told.js';
import { makeRun } from './trainedRun.js';

// `pix2pix translate` and `loadGenerator`.

const folder = temporaryFolder();
process.chdir(folder);
const place = (...path: string[]) => join(folder, ...path);
const from = { checkpointsDir: place('checkpoints') };
let model: Model;

before(async () => {
  model = await makeRun(from.checkpointsDir, 'run', ['--netG', 'unet_32', '--ngf', '4', '--norm', 'batch']);
  mkdirSync(place('in', 'deep'), { recursive: true });
  for (const [i, [width, height]] of [
    [64, 32],
    [50, 41],
    [32, 96],
  ].entries()) {
    writeFileSync(place('in', `${i}.png`), await encodePng(sampleImage(width, height, 3, i)));
  }
  copyFileSync(place('in', '0.png'), place('in', 'deep', '0.png'));
});

const flags = ['--model', 'run', '--intra_threads', '1'];
const translate = (...argv: string[]) => commandHere('translate', ...flags, ...argv);
const pixels = (path: string) => sharp(path).raw().toBuffer();

test('an image becomes what the trained model makes of it', async () => {
  const { status, stdout, stderr } = pix2pix(folder, ['translate', ...flags, 'in/0.png', 'out.png']);
  assert.deepEqual([status, stderr], [0, '']);
  assert.equal(stdout, 'translated 1 of 1 image to out.png\n');
  const expected = toImageBatch(await model.translate(sampleImage(64, 32, 3, 0)));
  const found = await pixels(place('out.png'));
  assert.ok(found.every((byte, i) => Math.abs(byte - expected.data[i]) <= 1));
});

test('a size that the network cannot take is padded by reflection and cut back', async () => {
  assert.equal((await translate('in/1.png', 'padded/')).status, 0);
  const { width, height } = await sharp(place('padded', '1.png')).metadata();
  assert.deepEqual([width, height], [50, 41]);
  // libvips' mirror repeats the edge, so the padding is made by hand: column 50 is column 48, row 41 is row 39
  const image = sampleImage(50, 41, 3, 1);
  const padded = new Uint8Array(64 * 64 * 3);
  for (let y = 0; y < 64; y++) {
    for (let x = 0; x < 64; x++) {
      const at = ((y < 41 ? y : 80 - y) * 50 + (x < 50 ? x : 98 - x)) * 3;
      padded.set(image.data.subarray(at, at + 3), (y * 64 + x) * 3);
    }
  }
  const expected = toImageBatch(await model.translate({ data: padded, shape: [1, 64, 64, 3] }));
  const found = await pixels(place('padded', '1.png'));
  for (let y = 0; y < 41; y++) {
    for (let i = 0; i < 150; i++) {
      assert.ok(Math.abs(found[y * 150 + i] - expected.data[y * 192 + i]) <= 1, `row ${y}, byte ${i}`);
    }
  }
});

test('stdin and stdout', async () => {
  const input = readFileSync(place('in', '2.png'));
  const argv = [join(root, 'bin', 'pix2pix.js'), 'translate', '--model', 'run', '-', '-', '--format', 'jpg'];
  const { status, stdout } = spawnSync(process.execPath, argv, { cwd: folder, input });
  assert.equal(status, 0);
  const { format, width, height } = await sharp(stdout).metadata();
  assert.deepEqual([format, width, height], ['jpeg', 32, 96]);
  const broken = spawnSync(process.execPath, argv, { cwd: folder, input: 'nothing' });
  assert.equal(broken.status, 1);
  assert.equal(broken.stdout.length, 0);
  assert.match(`${broken.stderr}`, /^error: this image cannot be used\n {2}file +stdin\n/);
});

test('alpha and 16 bits go over where asked', async () => {
  const raw = { width: 64, height: 32, channels: 4 } as const;
  const rgba = Uint16Array.from({ length: 64 * 32 * 4 }, (_, i) => (i * 7919) % 65536);
  await sharp(rgba, { raw }).toColourspace('rgb16').png().toFile(place('deep.png'));
  assert.equal((await translate('deep.png', 'deep_out.png', '--keep_alpha', '--depth', '16')).status, 0);
  const { data, info } = await sharp(place('deep_out.png'))
    .toColourspace('rgb16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  assert.equal(info.channels, 4);
  const found = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  const floats = new Float32Array(3 * 64 * 32);
  for (let i = 0; i < 64 * 32; i++) {
    assert.equal(found[i * 4 + 3], rgba[i * 4 + 3], 'alpha');
    for (let c = 0; c < 3; c++) floats[c * 64 * 32 + i] = (rgba[i * 4 + c] / 65535) * 2 - 1;
  }
  const expected = await model.translate({ data: floats, shape: [1, 3, 32, 64] });
  for (let i = 0; i < 64 * 32; i++) {
    const level = ((expected.data[i] + 1) / 2) * 65535;
    assert.ok(Math.abs(found[i * 4] - level) < 4, `${found[i * 4]} is not ${level}`);
  }
  const refused = await translate('deep.png', 'deep.jpg', '--depth', '16');
  assert.deepEqual([refused.status, existsSync(place('deep.jpg'))], [1, false]);
  assert.match(refused.stderr, /jpg has no 16 bits a channel/);
});

const METADATA = '<GDALMetadata><Item name="STATISTICS_MAXIMUM" sample="0">812</Item></GDALMetadata>'; // as GDAL writes it

test('a GeoTIFF keeps its place, and nothing that it says of its numbers is said of its translation', async () => {
  const numbers = ['--netG', 'unet_32', '--ngf', '4', '--input_nc', '1', '--output_nc', '1'];
  await (await makeRun(from.checkpointsDir, 'heights', [...numbers, '--value_range', '0,4000'])).dispose();
  const tags: TiffTag[] = [
    { code: 33550, type: 'double', value: [10, 10, 0] },
    { code: 33922, type: 'double', value: [0, 0, 0, 500000, 4600000, 0] },
    { code: 42112, type: 'ascii', value: METADATA },
    { code: 42113, type: 'ascii', value: '0' },
  ];
  for (const [name, data] of [
    ['run', new Uint8Array(32 * 32 * 3)],
    ['heights', new Float32Array(32 * 32)],
  ] as const) {
    const source = encodeNumbers({ data, width: 32, height: 32, channels: data.length / 1024, tags }, 'tiff');
    await using generator = await loadGenerator(name, { ...from, threads: 1 });
    const output = place(`${name}.tif`);
    const { translated } = await translateFiles(generator, [{ source, name, output, format: 'tiff' }]);
    assert.equal(translated, 1);
    const made = await (await fromFile(output)).getImage();
    assert.deepEqual(made.getBoundingBox(), [500000, 4600000 - 320, 500000 + 320, 4600000]);
    assert.deepEqual([made.getGDALNoData(), await made.getGDALMetadata()], [null, null], name);
  }
});

test('requests that cannot be carried out are refused with the fix', async () => {
  const message = async (...argv: string[]) => {
    const { status, stderr } = await translate(...argv);
    assert.equal(status, 1, stderr);
    return stderr;
  };
  assert.match(await message('none.png', 'x.png'), /^error: there is no such image\n {2}input +none\.png\n/);
  assert.match(await message('in/0.png', 'x.xyz'), /does not say its format/);
  assert.match(await message('in/0.png', 'in/'), /^error: a translation would replace an input/);
  copyFileSync(place('in', '0.png'), place('in', 'deep', 'twin.png'));
  assert.match(await message('in/0.png'), /^error: the output is missing/);
  assert.match(await message('in/0.png', 'x.png', '--model', 'rum'), /fix +did you mean run\?/);

  const wide = { width: 20_000, height: 900, channels: 3, background: '#808080' } as const;
  await sharp({ create: wide }).png().toFile(place('wide.png'));
  assert.match(
    await message('wide.png', 'x.png'),
    /too large to be translated in one piece\n[\s\S]*fix +.*--tile 512/,
  );
  writeFileSync(place('bomb.png'), hugePng());
  assert.match(
    await message('bomb.png', 'x.png', '--tile', '512'),
    /60000x60000 pixels, more than 178956970 in all/,
  );
  assert.ok(!existsSync(place('x.png')));
});

test('an ONNX that is no generator, and a generator of other channels', async () => {
  writeFileSync(place('text.onnx'), 'no protobuf');
  await assert.rejects(loadGenerator(place('text.onnx')), /this is no ONNX file/);
  const x = new Trace(false).input('x', f32(2));
  const y = neg(x);
  const other = lowerGraph({ inputs: [x], outputs: [y], body: [y], choose: () => 'direct' });
  writeFileSync(place('other.onnx'), other.model);
  await assert.rejects(loadGenerator(place('other.onnx')), /no generator that pix2pix export has written/);

  await (
    await makeRun(from.checkpointsDir, 'five', ['--netG', 'unet_32', '--ngf', '2', '--input_nc', '5'])
  ).dispose();
  const generator = await loadGenerator('five', from);
  await assert.rejects(generator.translate(place('in', '0.png')), /takes 5 channels, an image has 3 or 1/);
  await assert.rejects(
    generator.translate(sampleImage(32, 32, 3, 0)),
    /the image has 3 channels, the generator takes 5/,
  );
  assert.deepEqual((await generator.translate(sampleImage(32, 32, 5, 0))).shape, [1, 32, 32, 3]);
  await generator.dispose();
});

const reference = sharedData('reference/pix2pix_default_net_G.pth');
test('a state dict of the reference is a model, alone and in a folder of its run', {
  skip: reference.skip,
}, async () => {
  mkdirSync(place('checkpoints', 'theirs'));
  copyFileSync(reference.path, place('checkpoints', 'theirs', 'latest_net_G.pth'));
  const image = sampleImage(256, 256, 3, 3);
  const [alone, asRun] = await Promise.all(
    [reference.path, 'theirs'].map(async (name) => {
      await using generator = await loadGenerator(name, from);
      return generator.translate(image);
    }),
  );
  assert.deepEqual(alone.data, asRun.data);
  // the same weights, as `Model` runs them; their training had no dropout
  const opt = parseTestOptions([
    '--name',
    'theirs',
    '--checkpoints_dir',
    from.checkpointsDir,
    '--dataroot',
    '.',
  ]);
  const theirs = await createModel(completeOptions(opt));
  await theirs.setup(theirs.opt, { print: () => {} });
  const expected = toImageBatch(await theirs.translate(image, { evaluate: true }));
  await theirs.dispose();
  await using running = await loadGenerator('theirs', { ...from, normMode: 'running' });
  const found = await running.translate(image);
  assert.ok(found.data.every((byte, i) => Math.abs(byte - expected.data[i]) <= 1));
});

test('a generator of one channel takes the luma of a colour image', async () => {
  const argv = ['--netG', 'unet_32', '--ngf', '2', '--input_nc', '1', '--output_nc', '1'];
  await (await makeRun(from.checkpointsDir, 'grey', argv)).dispose();
  assert.equal((await translate('in/0.png', 'grey.png', '--model', 'grey')).status, 0);
  assert.equal((await sharp(place('grey.png')).metadata()).channels, 1);
});

test('calls that overlap are answered as calls in turn, and none after dispose', async () => {
  const generator = await loadGenerator('run', from);
  const images = [0, 1, 2, 3].map((seed) => sampleImage(40 + seed, 33, 3, seed));
  const inTurn = [];
  for (const image of images) inTurn.push(await generator.translate(image));
  const atOnce = await Promise.all([
    ...images.map((image) => generator.translate(image)),
    generator.translate(place('in', '0.png')),
  ]);
  for (const [i, { data }] of inTurn.entries()) assert.deepEqual(atOnce[i].data, data);
  const last = generator.translate(images[0]);
  await generator.dispose();
  assert.deepEqual((await last).data, inTurn[0].data, 'what was asked for before is still answered');
  await assert.rejects(generator.translate(images[0]), /has been disposed/);
});

test('translation in tiles ends where it is told to, and leaves no file', async () => {
  await using generator = await loadGenerator('run', from);
  const stop = new AbortController();
  const reason = new Pix2PixError('enough');
  let tiles = 0;
  const onTile = () => {
    if (++tiles === 3) stop.abort(reason);
  };
  const job = {
    source: place('in', '1.png'),
    name: '1.png',
    output: place('ended.png'),
    format: 'png',
  } as const;
  const options = { tile: 32, overlap: 16, onTile, stop: stop.signal };
  const { translated, failures } = await translateFiles(generator, [job, job], options);
  assert.deepEqual([tiles, translated, failures.map(({ error }) => error)], [3, 0, [reason, reason]]);
  assert.ok(!existsSync(job.output));
});

test('a batch is translated image by image', async () => {
  await using generator = await loadGenerator('run', from);
  const [a, b] = [0, 1].map((seed) => sampleImage(32, 32, 3, seed));
  const both = await generator.translate({
    data: Uint8Array.from([...a.data, ...b.data]),
    shape: [2, 32, 32, 3],
  });
  const alone = await generator.translate(b);
  assert.ok(alone.data.every((byte, i) => Math.abs(byte - both.data[a.data.length + i]) <= 1));
});

test('--quality is told to change nothing where no format has one', async () => {
  const png = await translate('in/0.png', 'lossless.png', '--quality', '50');
  assert.equal(png.status, 0);
  assert.match(png.stderr, /^note: --quality 50 changes nothing: png loses nothing$/m);
  for (const argv of [['lossy.jpg', '--quality', '50'], ['plain.png']])
    assert.doesNotMatch((await translate('in/0.png', ...argv)).stderr, /quality/);
});
