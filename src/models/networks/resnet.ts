import { withScope } from '../../engine/ir/scope.js';
import type { Module } from '../layers/module.js';
import { type LayerFactory, sequential } from '../layers/sequential.js';
import { ResidualLayers, type ResidualOptions } from './residualLayers.js';

/**
 * The settings of a residual generator: channels of its images and of its first layer (`ngf`), and how layers are made.
 */
export interface ResnetOptions extends ResidualOptions {
  readonly inputNc: number;
  readonly outputNc: number;
  readonly ngf: number;
  /** Halvings before the residual blocks, and doublings after them: 2 are the reference's, 4 pix2pixHD's. */
  readonly levels: number;
  /** Residual blocks: 6 and 9 are the reference's. */
  readonly blocks: number;
}

/**
 * The residual generator (Johnson et al. 2016, as CycleGAN and pix2pixHD have it; the reference's ResnetGenerator,
 * pix2pixHD's GlobalGenerator): f32[N, inputNc, H, W] to f32[N, outputNc, H, W], with tanh in -1 ... 1, where H and W are
 * multiples of 2^levels. States have the reference's names; a dropout in the blocks shifts the indices in the names of
 * the layers after it, there as here.
 */
export function resnet(options: ResnetOptions): Module {
  const layers = new ResidualLayers(options);
  const image = layers.last(options.ngf, options.outputNc);
  const network = sequential('model', [...residualMaps(layers, options), ...image]);
  return { ...network, apply: (trace, x) => withScope('resnet', () => network.apply(trace, x)) };
}

/** The layers of a residual generator but for the last: to `ngf` maps of the image's size. */
export function residualMaps(
  layers: ResidualLayers,
  { inputNc, ngf, levels, blocks }: Omit<ResnetOptions, keyof ResidualOptions | 'outputNc'>,
): LayerFactory[] {
  const widths = Array.from({ length: levels }, (_, level) => ngf * 2 ** level);
  const widest = ngf * 2 ** levels;
  return [
    ...layers.first(inputNc, ngf),
    ...widths.flatMap((width) => layers.down(width)),
    ...Array.from({ length: blocks }, () => layers.block(widest)),
    ...widths.reverse().flatMap((width) => layers.up(2 * width)),
  ];
}
