import { withScope } from '../ir/scope.js';
import { leakyReluLayer } from '../nn/activation.js';
import { convLayer } from '../nn/conv.js';
import type { InitOptions } from '../nn/initialise.js';
import type { Module } from '../nn/module.js';
import { biasBefore, type NormType, normLayer } from '../nn/norm.js';
import { type LayerFactory, sequential } from '../nn/sequential.js';

export interface DiscriminatorOptions {
  /** Channels of what it judges: input and output images together. */
  readonly inputNc: number;
  readonly ndf: number;
  readonly norm: NormType;
  readonly init: InitOptions;
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
}: DiscriminatorOptions & { readonly layers: number }) {
  const make = normLayer(norm, init);
  const conv = (inputs: number, outputs: number, stride: number, bias: boolean) =>
    convLayer({ inputs, outputs, kernel: 4, stride, padding: 1, bias, init });
  const width = (level: number) => ndf * Math.min(2 ** level, 8);
  const body: LayerFactory[] = [conv(inputNc, ndf, 2, true), leakyReluLayer(SLOPE)];
  for (let level = 1; level <= layers; level++) {
    const stride = level === layers ? 1 : 2;
    body.push(conv(width(level - 1), width(level), stride, biasBefore(norm)));
    body.push(make(width(level)), leakyReluLayer(SLOPE));
  }
  body.push(conv(width(layers), 1, 1, true));
  return scoped('patchGAN', sequential('model', body));
}

/** The 1×1 PatchGAN (the reference's PixelDiscriminator): f32[N, inputNc, H, W] to f32[N, 1, H, W]. */
export function pixelDiscriminator({ inputNc, ndf, norm, init }: DiscriminatorOptions): Module {
  const bias = biasBefore(norm);
  const conv = (inputs: number, outputs: number, withBias: boolean) =>
    convLayer({ inputs, outputs, kernel: 1, stride: 1, padding: 0, bias: withBias, init });
  const network = sequential('net', [
    conv(inputNc, ndf, true),
    leakyReluLayer(SLOPE),
    conv(ndf, ndf * 2, bias),
    normLayer(norm, init)(ndf * 2),
    leakyReluLayer(SLOPE),
    conv(ndf * 2, 1, bias),
  ]);
  return scoped('pixel', network);
}

function scoped(name: string, network: Module): Module {
  return { ...network, apply: (trace, x) => withScope(name, () => network.apply(trace, x)) };
}
