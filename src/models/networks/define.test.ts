import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertClose } from '../../../test/assertClose.js';
import { deviceWith } from '../../../test/devices.js';
import { fixture } from '../../../test/repository.js';
import { runProgram } from '../../../test/runProgram.js';
import { smallModel } from '../../../test/smallModel.js';
import { readSafetensors } from '../../checkpoints/safetensors.js';
import { f32 } from '../../engine/ir/tensorType.js';
import { Trace } from '../../engine/ir/trace.js';
import { type Module, parameterCount } from '../layers/module.js';
import type { NormType } from '../layers/norm.js';
import { checkImageSize, defineD, defineG, type NetworkOptions } from './define.js';

/** A network as the fixtures name it (test/fixtures/networks.py). */
interface NetworkCase {
  readonly network: 'G' | 'D';
  readonly norm: NormType;
  readonly input_nc: number;
  readonly output_nc: number;
  readonly net_g: string;
  readonly ngf: number;
  readonly net_d: string;
  readonly n_layers: number;
  readonly ndf: number;
}
interface Description extends NetworkCase {
  readonly parameters: number;
  readonly state: Readonly<Record<string, number[]>>;
}

function define(known: NetworkCase, noDropout = true): Module {
  const { input_nc, norm } = known;
  const options: NetworkOptions = { ...smallModel, norm, noDropout, inputNc: input_nc };
  if (known.network === 'G') {
    return defineG({ ...options, outputNc: known.output_nc, ngf: known.ngf, netG: known.net_g });
  }
  return defineD({ ...options, ndf: known.ndf, netD: known.net_d, nLayersD: known.n_layers }, input_nc);
}

const titleOf = (known: NetworkCase) =>
  known.network === 'G'
    ? `${known.net_g} ngf ${known.ngf} norm ${known.norm}`
    : `${known.net_d} ${known.n_layers} ndf ${known.ndf} norm ${known.norm}`;

const descriptions: Description[] = JSON.parse(readFileSync(fixture('networks.json'), 'utf8'));
for (const known of descriptions) {
  test(`${titleOf(known)}: PyTorch's state-dict keys, shapes and number of parameters`, () => {
    for (const noDropout of [true, false]) {
      const network = define(known, noDropout);
      assert.deepEqual(
        network.states.map(({ name, type }) => [name, type.shape]),
        Object.entries(known.state),
      );
      assert.equal(parameterCount(network), known.parameters);
    }
  });
}

test('the default networks have 54,413,955 and 2,768,705 parameters', () => {
  const defaults: NetworkOptions = { ...smallModel, outputNc: 3, netG: 'unet_256', ngf: 64, ndf: 64 };
  assert.equal(parameterCount(defineG(defaults)), 54_413_955);
  assert.equal(parameterCount(defineD(defaults, 6)), 2_768_705);
});

const { tensors, metadata } = readSafetensors(fixture('networks.safetensors'));
const cases: (NetworkCase & { id: string })[] = JSON.parse(metadata.get('cases')!);
for (const known of cases) {
  for (const mode of ['train', 'eval']) {
    const expected = tensors.get(`${known.id}.${mode}`);
    if (expected === undefined) continue;
    test(`${known.id}: PyTorch's output in ${mode} mode`, async () => {
      const network = define(known);
      const weights = network.states.map((state) => {
        const { data } = tensors.get(`${known.id}.weights.${state.name}`)!;
        return [state, state.type.dtype === 'f32' ? (data as Float32Array) : new BigInt64Array(1)] as const;
      });
      const device = await deviceWith(new Map(weights));
      const input = tensors.get(`${known.id}.input`)!;
      const trace = new Trace(mode === 'train');
      const output = network.apply(trace, trace.input('x', { dtype: 'f32', shape: input.shape }));
      assert.deepEqual(output.shape, expected.shape);
      const x = Float32Array.from(input.data as Uint8Array, (byte) => byte / 128 - 1);
      const { y } = await runProgram(trace.program({ y: output }), { x }, { device });
      assertClose(y, expected.data as Float32Array, known.id, { relative: 2e-5 });
    });
  }
}

test('the outputs cover every norm and every discriminator, in both modes', () => {
  const covered = new Set(cases.map(({ network, norm, net_d }) => (network === 'G' ? norm : net_d)));
  assert.deepEqual([...covered].sort(), ['basic', 'batch', 'instance', 'n_layers', 'none', 'pixel']);
  const evaluated = cases.filter(({ id }) => tensors.has(`${id}.eval`));
  assert.ok(evaluated.length > 0 && evaluated.every(({ norm }) => norm === 'batch'));
});

test('dropout stands in three blocks of unet_256, when training', () => {
  const network = defineG({ ...smallModel, netG: 'unet_256' });
  const apply = (training: boolean, { apply: build }: Module) => {
    const trace = new Trace(training);
    build(trace, trace.input('x', { dtype: 'f32', shape: [1, 3, 256, 256] }));
    return trace.program({});
  };
  assert.equal(apply(false, network).dropoutMasks.size, 0);
  assert.equal(
    apply(true, defineG({ ...smallModel, netG: 'unet_256', noDropout: true })).dropoutMasks.size,
    0,
  );
  const { dropoutMasks, inputs } = apply(true, network);
  // three blocks of ngf·8 channels above the innermost: 2², 4² and 8² pixels (Isola et al. 2017, appendix 6.1.1)
  assert.deepEqual([...dropoutMasks.values()], [0.5, 0.5, 0.5]);
  assert.deepEqual(
    [...dropoutMasks.keys()].map((name) => inputs.get(name)!.shape),
    [
      [1, 16, 4, 4],
      [1, 16, 8, 8],
      [1, 16, 16, 16],
    ],
  );
});

test('images that are too small for a discriminator: what made them so is told, and what to change', () => {
  const judge = (options: Partial<NetworkOptions>, side: number) => {
    const network = defineD({ ...smallModel, ...options }, 6);
    const trace = new Trace(true);
    return () => network.judge(trace, trace.input('x', f32(1, 6, side, side)));
  };
  const fix = /fix +.*--crop_size.*--n_layers_D.*--num_D/;
  // three layers halve, the last two take one pixel each: 32 pixels become 4, 3 and 2
  const sizes: [Partial<NetworkOptions>, number][] = [
    [{ netD: 'basic', norm: 'instance' }, 23],
    [{ netD: 'n_layers', nLayersD: 5, norm: 'instance' }, 95],
    [{ netD: 'basic', numD: 3, norm: 'instance' }, 92],
    [{ netD: 'basic', norm: 'batch' }, 23],
  ];
  for (const [options, tooSmall] of sizes) {
    assert.throws(judge(options, tooSmall), (error: Error) => {
      assert.match(error.message, /too small for the discriminator/);
      assert.match(error.message, fix);
      assert.match(
        error.message,
        options.numD === 3 ? /at +scale2\b[\s\S]*f32\[1,6,23,23\]/ : /at +patchGAN/,
      );
      return true;
    });
    judge(options, tooSmall + 1)();
  }
  const wrongChannels = () => {
    const trace = new Trace(true);
    defineD(smallModel, 6).judge(trace, trace.input('x', f32(1, 3, 64, 64)));
  };
  assert.throws(wrongChannels, /input has 3 channels, weight expects 6/);
});

test('sizes that a U-Net cannot take are refused with those that it can', () => {
  for (const [netG, height, width] of [
    ['unet_256', 256, 512],
    ['unet_128', 128, 384],
    ['resnet_9blocks', 252, 20],
    ['another', 250, 1],
  ] as const) {
    checkImageSize(netG, height, width);
  }
  const message = (netG: string, height: number, width: number) => {
    try {
      checkImageSize(netG, height, width);
    } catch (error) {
      return (error as Error).message.split('\n');
    }
    return [];
  };
  assert.deepEqual(message('unet_256', 300, 500), [
    'unet_256 cannot take images of 500×300: width and height must be multiples of 256',
    '  nearest  512×256',
    '  fix      pass --crop_size 512x256',
  ]);
  assert.deepEqual(message('unet_256', 128, 128), [
    'unet_256 cannot take images of 128×128: width and height must be multiples of 256',
    '  nearest  256×256',
    '  fix      pass --crop_size 256, or --netG unet_128',
  ]);
  assert.equal(message('unet_128', 1, 1)[1], '  nearest  128×128');
  assert.deepEqual(message('resnet_6blocks', 250, 256), [
    'resnet_6blocks cannot take images of 256×250: width and height must be multiples of 4',
    '  nearest  256×252',
    '  fix      pass --crop_size 256x252',
  ]);
});

test('unknown networks are refused with the known ones', () => {
  const refused: [Partial<NetworkOptions>, RegExp][] = [
    [
      { netG: 'unet_100' },
      /^--netG unet_100: a U-Net is named after the size that it reduces to one pixel\n.*\n {2}sizes +32, 64, 128, 256/,
    ],
    [{ netG: 'unet_16' }, /^--netG unet_16: /],
    [{ netG: 'unet_8192' }, /^--netG unet_8192: /],
    [{ netG: 'vgg' }, /^--netG vgg: there is no such generator\n {2}generators +unet_256/],
    [
      { netD: 'patch' },
      /^--netD patch: there is no such discriminator\n {2}discriminators +basic, n_layers, pixel/,
    ],
  ];
  for (const [options, message] of refused) {
    const build = () => [defineG({ ...smallModel, ...options }), defineD({ ...smallModel, ...options }, 4)];
    assert.throws(build, { name: 'Pix2PixError', message });
  }
});
