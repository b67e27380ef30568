import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fixture } from '../../test/repository.js';
import { detectDiscriminator } from './detectDiscriminator.js';
import { detectGenerator, type Shapes } from './detectGenerator.js';
import { toNetworkState } from './networkState.js';
import { readStateDict } from './readStateDict.js';

/** Options of a network and the shapes of its state dict, as PyTorch has them. */
type Description = Readonly<Record<string, unknown>> & { readonly state: Readonly<Record<string, number[]>> };
const read = (name: string) => JSON.parse(readFileSync(fixture(name), 'utf8'));
const shapesOf = ({ state }: Description): Shapes =>
  new Map(Object.entries(state).map(([name, shape]) => [name, { shape }]));

for (const known of read('networks.json') as Description[]) {
  const { norm, input_nc: inputNc } = known;
  if (known.network === 'G') {
    test(`${known.net_g} of width ${known.ngf}, norm ${norm}: found by its names`, () => {
      const expected = { netG: known.net_g, ngf: known.ngf, inputNc, outputNc: known.output_nc, norm };
      assert.deepEqual(detectGenerator(shapesOf(known)), { ...expected, useDropout: undefined });
    });
  } else {
    test(`${known.net_d} ${known.n_layers} of width ${known.ndf}, norm ${norm}: found by its names`, () => {
      const isPixel = known.net_d === 'pixel';
      assert.deepEqual(detectDiscriminator(shapesOf(known)), {
        netD: known.n_layers === 3 && !isPixel ? 'basic' : known.net_d, // three layers are the basic one
        ndf: known.ndf,
        inputNc,
        nLayersD: isPixel ? undefined : known.n_layers,
        norm,
      });
    });
  }
}

for (const known of read('pth/resnets.json') as Description[]) {
  test(`resnet_${known.blocks}blocks, norm ${known.norm}: found by its names`, () => {
    assert.deepEqual(detectGenerator(shapesOf(known)), {
      netG: `resnet_${known.blocks}blocks`,
      ngf: known.ngf,
      inputNc: known.input_nc,
      outputNc: known.output_nc,
      norm: known.norm,
      useDropout: known.dropout,
    });
  });
}

for (const known of (read('generators.json') as Description[]).filter(({ net_g }) =>
  /global|local/.test(String(net_g)),
)) {
  test(`pix2pixHD's ${known.net_g} of width ${known.ngf}, norm ${known.norm}: found by its names`, () => {
    const { net_g: netG, ngf, input_nc: inputNc, output_nc: outputNc, norm } = known;
    const expected = { netG, ngf, inputNc, outputNc, norm, useDropout: false };
    assert.deepEqual(detectGenerator(shapesOf(known)), expected);
  });
}

test("pix2pixHD's generators of other depths are refused with what differs", () => {
  const shapes = (netG: string) =>
    shapesOf(
      (read('generators.json') as Description[]).find(
        ({ net_g, norm }) => net_g === netG && norm === 'instance',
      )!,
    );
  const without = (netG: string, pattern: RegExp) =>
    new Map([...shapes(netG)].filter(([name]) => !pattern.test(name)));
  // three halvings: the fourth is not there, and all after it three places further up
  const moved = new Map(
    [...without('global', /^model\.(13|32)\./)].map(([name, shape]) => [
      name.replace(/^model\.(\d+)/, (_, at) => `model.${at < 14 ? at : at < 32 ? at - 3 : at - 6}`),
      shape,
    ]),
  );
  assert.throws(() => detectGenerator(moved), /n_downsample_global +3\n +fix +.*--n_downsample_global 4/);
  const two = new Map(
    [...shapes('local')].map(([name, shape]) => [name.replace('model1_2', 'model2_2'), shape]),
  );
  const enhancers = new Map([...shapes('local'), ...[...two].filter(([name]) => name.startsWith('model2'))]);
  enhancers.set('model2_1.1.weight', { shape: [16, 3, 7, 7] });
  assert.throws(() => detectGenerator(enhancers), /n_local_enhancers +2/);
});

test('weights of something else are refused with their names', () => {
  const other: Shapes = new Map([['features.0.weight', { shape: [64, 3, 3, 3] }]]);
  const reason = /no known (gene|discrimi)\w+\n[\s\S]*features\.0\.weight \[64,3,3,3\]/;
  for (const detect of [detectGenerator, detectDiscriminator]) {
    assert.throws(() => detect(other), { name: 'Pix2PixError', message: reason });
    assert.throws(() => detect(new Map()), { name: 'Pix2PixError', message: /first +none/ });
  }
});

test("pix2pixHD's discriminators are called what they are", () => {
  for (const name of ['scale0_layer0.0.weight', 'layer1.0.weight']) {
    const state: Shapes = new Map([[name, { shape: [64, 6, 4, 4] }]]);
    assert.throws(
      () => detectDiscriminator(state),
      /this is pix2pixHD's, which is not read: without the file/,
    );
  }
});

test('a discriminator is no generator, and the reverse', () => {
  for (const known of read('networks.json') as Description[]) {
    assert.throws(() => (known.network === 'G' ? detectDiscriminator : detectGenerator)(shapesOf(known)));
  }
});

for (const [name, taken] of Object.entries(read('pth/taken.json') as Record<string, object>)) {
  test(`${name}.pth becomes what its network has today`, () => {
    const state = toNetworkState(readStateDict(fixture(`pth/${name}.pth`)));
    const shapes = [...state].map(([key, { shape }]) => [key, shape]);
    assert.deepEqual(new Map(shapes as [string, number[]][]), new Map(Object.entries(taken)));
  });
}

test('old instance norms are taken for such, and a counter that is made counts nothing', () => {
  const instance = toNetworkState(readStateDict(fixture('pth/instance_of_0.3.pth')));
  assert.equal(detectGenerator(instance).norm, 'instance');
  const batch = toNetworkState(readStateDict(fixture('pth/batch_of_0.4.0.pth')));
  assert.deepEqual(batch.get('model.3.num_batches_tracked'), {
    dtype: 'I64',
    shape: [],
    data: BigInt64Array.of(0n),
  });
});
