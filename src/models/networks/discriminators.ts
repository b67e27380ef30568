import { withScope } from '../../engine/ir/scope.js';
import { TooSmallError } from '../../engine/ir/shapeError.js';
import { formatType } from '../../engine/ir/tensorType.js';
import type { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import { leakyReluLayer } from '../layers/activation.js';
import { halveByMeans } from '../layers/averagePool.js';
import { convLayer } from '../layers/conv.js';
import type { InitOptions } from '../layers/initialise.js';
import type { Module } from '../layers/module.js';
import { biasBefore, type NormType, normLayer } from '../layers/norm.js';
import { type LayerFactory, sequential } from '../layers/sequential.js';

/** The settings of a discriminator: channels of its input and of its first layer (`ndf`), and how layers are made. */
export interface DiscriminatorOptions {
  /** Channels of its input: input and output images together. */
  readonly inputNc: number;
  readonly ndf: number;
  readonly norm: NormType;
  readonly spectralNorm?: boolean;
  readonly init: InitOptions;
  /** Prefix of the names of its states, such as `scale0.`; default: none. */
  readonly prefix?: string;
}

/** A discriminator's output for a batch at one scale. */
export interface Judgement {
  /** f32[N, 1, ...], one for each patch. */
  readonly logits: Value;
  /** Outputs of the layers before them, for feature matching. */
  readonly features: readonly Value[];
}

/** A network that judges images. `apply` gives the logits of its first scale. */
export interface Discriminator extends Module {
  /** One judgement for each of its scales, the finest first. */
  judge(trace: Trace, x: Value): readonly Judgement[];
}

const SLOPE = 0.2;

/**
 * PatchGAN (Isola et al. 2017, section 3.2.2; the reference's NLayerDiscriminator): every output is the logit of one
 * patch. With 3 layers a patch is 70×70 pixels and a 256×256 image gives f32[N, 1, 30, 30].
 */
export function patchGAN({
  inputNc,
  ndf,
  norm,
  init,
  layers,
  spectralNorm,
  prefix = '',
}: DiscriminatorOptions & { readonly layers: number }): Discriminator {
  const make = normLayer(norm, init);
  const conv = (inputs: number, outputs: number, stride: number, bias: boolean) =>
    convLayer({ inputs, outputs, kernel: 4, stride, padding: 1, bias, spectralNorm, init });
  const width = (level: number) => ndf * Math.min(2 ** level, 8);
  const groups: LayerFactory[][] = [[conv(inputNc, ndf, 2, true), leakyReluLayer(SLOPE)]];
  for (let level = 1; level <= layers; level++) {
    const stride = level === layers ? 1 : 2;
    const convolution = conv(width(level - 1), width(level), stride, biasBefore(norm));
    groups.push([convolution, make(width(level)), leakyReluLayer(SLOPE)]);
  }
  groups.push([conv(width(layers), 1, 1, true)]);
  return discriminator('patchGAN', `${prefix}model`, groups);
}

/** The 1×1 PatchGAN (the reference's PixelDiscriminator): f32[N, inputNc, H, W] to f32[N, 1, H, W]. */
export function pixelDiscriminator(options: DiscriminatorOptions): Discriminator {
  const { inputNc, ndf, norm, init, spectralNorm, prefix = '' } = options;
  const bias = biasBefore(norm);
  const conv = (inputs: number, outputs: number, withBias: boolean) =>
    convLayer({ inputs, outputs, kernel: 1, stride: 1, padding: 0, bias: withBias, spectralNorm, init });
  return discriminator('pixel', `${prefix}net`, [
    [conv(inputNc, ndf, true), leakyReluLayer(SLOPE)],
    [conv(ndf, ndf * 2, bias), normLayer(norm, init)(ndf * 2), leakyReluLayer(SLOPE)],
    [conv(ndf * 2, 1, bias)],
  ]);
}

/** Groups of layers, whose results are features but for the last one's, which are logits. */
function discriminator(
  scope: string,
  prefix: string,
  groups: readonly (readonly LayerFactory[])[],
): Discriminator {
  const network = sequential(prefix, groups.flat());
  let end = -1;
  const ends = groups.map((group) => {
    end += group.length;
    return end;
  });
  const judge = (trace: Trace, x: Value) => {
    const results = withScope(scope, () => largeEnough(x, () => network.results(trace, x)));
    const found = ends.map((index) => results[index]);
    return [{ logits: found.at(-1)!, features: found.slice(0, -1) }];
  };
  return { states: network.states, judge, apply: (trace, x) => judge(trace, x)[0].logits };
}

/** What is too small for a layer has been made so by the layers before it, and by the scale that `image` is of. */
function largeEnough<T>(image: Value, apply: () => T): T {
  try {
    return apply();
  } catch (error) {
    if (!(error instanceof TooSmallError)) throw error;
    throw new TooSmallError(
      'images are too small for the discriminator',
      { image: formatType(image.type), layer: error.facts.at },
      'pass a larger --crop_size, or have it judge smaller patches: fewer --n_layers_D (with --netD n_layers), --netD patch16 or pixel, a smaller --num_D',
    );
  }
}

/**
 * Several discriminators for the same images, each of them seeing half the size of what the one before it sees (Wang et
 * al. 2018, section 3.2; pix2pixHD's MultiscaleDiscriminator). The states of the finest are named `scale0....`.
 */
export function multiScale(count: number, make: (prefix: string) => Discriminator): Discriminator {
  const scales = Array.from({ length: count }, (_, i) => make(`scale${i}.`));
  const judge = (trace: Trace, x: Value) => {
    let image = x;
    return scales.flatMap((scale, i) => {
      if (i > 0) image = halveByMeans(image);
      return withScope(`scale${i}`, () => scale.judge(trace, image));
    });
  };
  const states = scales.flatMap((scale) => scale.states);
  return { states, judge, apply: (trace, x) => judge(trace, x)[0].logits };
}
