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

test('weights of something else are refused with their names', () => {
  const other: Shapes = new Map([['features.0.weight', { shape: [64, 3, 3, 3] }]]);
  const reason = /no known (gene|discrimi)\w+\n[\s\S]*features\.0\.weight \[64,3,3,3\]/;
  for (const detect of [detectGenerator, detectDiscriminator]) {
    assert.throws(() => detect(other), { name: 'Pix2PixError', message: reason });
    assert.throws(() => detect(new Map()), { name: 'Pix2PixError', message: /first +none/ });
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
