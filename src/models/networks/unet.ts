import { withScope } from '../../engine/ir/scope.js';
import { concat } from '../../engine/ops/shape.js';
import { upsample } from '../../engine/ops/upsample.js';
import { leakyReluLayer, reluLayer } from '../layers/activation.js';
import { affineInstanceNorm } from '../layers/affineInstanceNorm.js';
import { type ConvOptions, convLayer, convTransposeLayer } from '../layers/conv.js';
import { dropout } from '../layers/dropout.js';
import type { InitOptions } from '../layers/initialise.js';
import { type Module, stateless } from '../layers/module.js';
import { biasBefore, type NormType, normLayer } from '../layers/norm.js';
import { separableConvLayer } from '../layers/separableConv.js';
import { type LayerFactory, sequential } from '../layers/sequential.js';
import type { Upsampling } from './residualLayers.js';

/** The settings of a U-Net: channels of its images and of its outermost layer (`ngf`), and how layers are made. */
export interface UnetOptions {
  readonly inputNc: number;
  readonly outputNc: number;
  /** Halvings from the image to the bottleneck, at least 5: 8 for unet_256. */
  readonly downs: number;
  readonly ngf: number;
  readonly norm: NormType;
  readonly dropout: boolean;
  readonly upsampling: Upsampling;
  /** Whether blocks have skip connections; without, it is the paper's encoder-decoder. */
  readonly skips: boolean;
  readonly spectralNorm?: boolean;
  readonly init: InitOptions;
  /** The last layer: tanh, or for logits none. */
  readonly last: LayerFactory;
  /**
   * Where the layers are as in the TensorFlow port (affinelayer/pix2pix-tensorflow, pix2pix.py): every convolution has a
   * bias, the bottleneck a norm, and norms take each image by itself, which is what the port does with one image.
   */
  readonly layout?: 'reference' | 'tensorflow';
  /** Separable convolutions, and pixels repeated before them, in place of transposed ones (likewise the port's). */
  readonly separable?: boolean;
}

/** Settings that all blocks of one U-Net share. */
interface Parts {
  readonly skips: boolean;
  readonly down: (inputs: number, outputs: number, bias: boolean) => LayerFactory;
  /**
   * The upward half of a block. Its input is the output of the block inside, of which `inner` channels are that block's
   * own.
   */
  readonly up: (inner: number, outputs: number, bias: boolean, isInnermost?: boolean) => LayerFactory[];
  readonly norm: (channels: number) => LayerFactory;
  readonly bias: boolean;
  /** Norms at the bottleneck, between its two convolutions. */
  readonly bottleneckNorms: (channels: number) => LayerFactory[];
}

/**
 * The U-Net generator (Isola et al. 2017, appendix 6.1.1; the reference's UnetGenerator): f32[N, inputNc, H, W] to
 * f32[N, outputNc, H, W], with tanh in -1 ... 1; H and W must be multiples of 2^downs.
 *
 * Without skips it is the encoder-decoder that the paper compares it with (section 3.2.1), under the same names.
 *
 * It is built from the innermost block outwards, as the reference builds it, so that the states have its names.
 */
export function unet({ inputNc, outputNc, downs, ngf, norm, init, ...options }: UnetOptions): Module {
  const conv = (inputs: number, outputs: number, bias: boolean): ConvOptions => ({
    inputs,
    outputs,
    kernel: 4,
    stride: 2,
    padding: 1,
    bias,
    spectralNorm: options.spectralNorm,
    init,
  });
  const { skips, upsampling } = options;
  const double = (inputs: number, outputs: number, bias: boolean): LayerFactory[] =>
    upsampling === 'resize'
      ? [
          () => stateless(upsample),
          convLayer({ ...conv(inputs, outputs, bias), kernel: 3, stride: 1, padding: 1 }),
        ]
      : [convTransposeLayer(conv(inputs, outputs, bias))];
  const separated = (inputs: number, outputs: number): LayerFactory[] => [
    () => stateless(upsample),
    separableConvLayer(inputs, outputs, 1, init),
  ];
  const convs: Pick<Parts, 'skips' | 'down' | 'up'> = {
    skips,
    down: (inputs, outputs, bias) =>
      options.separable
        ? separableConvLayer(inputs, outputs, 2, init)
        : convLayer(conv(inputs, outputs, bias)),
    up: (inner, outputs, bias, isInnermost = false) => {
      const inputs = skips && !isInnermost ? inner * 2 : inner;
      return options.separable ? separated(inputs, outputs) : double(inputs, outputs, bias);
    },
  };
  const ofPort = (channels: number) => affineInstanceNorm(channels, init);
  const parts: Parts =
    options.layout === 'tensorflow'
      ? { ...convs, norm: ofPort, bias: true, bottleneckNorms: (channels) => [ofPort(channels)] }
      : { ...convs, norm: normLayer(norm, init), bias: biasBefore(norm), bottleneckNorms: () => [] };
  let block = innermost(parts, ngf * 8, ngf * 8);
  for (let i = 0; i < downs - 5; i++) block = middle(parts, ngf * 8, ngf * 8, block, options.dropout);
  for (const factor of [4, 2, 1]) block = middle(parts, ngf * factor, ngf * factor * 2, block, false);
  const network = outermost(parts, inputNc, ngf, outputNc, block, options.last)('model.model');
  return { ...network, apply: (trace, x) => withScope('unet', () => network.apply(trace, x)) };
}

/** A block that returns its input beside its output, joined by channels: the skip connection, where there are any. */
function withSkip({ skips }: Parts, block: LayerFactory): LayerFactory {
  if (!skips) return block;
  return (prefix) => {
    const module = block(prefix);
    return { ...module, apply: (trace, x) => concat([x, module.apply(trace, x)], 1) };
  };
}

const nested =
  (layers: readonly LayerFactory[]): LayerFactory =>
  (prefix) =>
    sequential(prefix, layers);

/** `outer` channels in, `inner` channels at the bottleneck. */
function innermost(parts: Parts, outer: number, inner: number): LayerFactory {
  const { down, up, norm, bias, bottleneckNorms } = parts;
  return withSkip(
    parts,
    nestedModel([
      leakyReluLayer(0.2),
      down(outer, inner, bias),
      ...bottleneckNorms(inner),
      reluLayer,
      ...up(inner, outer, bias, true),
      norm(outer),
    ]),
  );
}

function middle(
  parts: Parts,
  outer: number,
  inner: number,
  submodule: LayerFactory,
  withDropout: boolean,
): LayerFactory {
  const { down, up, norm, bias } = parts;
  return withSkip(
    parts,
    nestedModel([
      leakyReluLayer(0.2),
      down(outer, inner, bias),
      norm(inner),
      submodule,
      reluLayer,
      ...up(inner, outer, bias),
      norm(outer),
      ...(withDropout ? [dropout(0.5)] : []),
    ]),
  );
}

function outermost(
  { down, up, bias }: Parts,
  inputNc: number,
  inner: number,
  outputNc: number,
  submodule: LayerFactory,
  last: LayerFactory,
): LayerFactory {
  return nested([down(inputNc, inner, bias), submodule, reluLayer, ...up(inner, outputNc, true), last]);
}

/** The reference keeps a block's layers in an attribute `model`, so their names carry it. */
function nestedModel(layers: readonly LayerFactory[]): LayerFactory {
  return (prefix) => nested(layers)(`${prefix}.model`);
}
