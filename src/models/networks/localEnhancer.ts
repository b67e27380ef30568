import { withScope } from '../../engine/ir/scope.js';
import { add } from '../../engine/ops/elementwise.js';
import { halveByMeans } from '../layers/averagePool.js';
import type { Module } from '../layers/module.js';
import { sequential } from '../layers/sequential.js';
import { ResidualLayers } from './residualLayers.js';
import { type ResnetOptions, residualMaps } from './resnet.js';

/** Residual blocks of the enhancer, pix2pixHD's default. */
const LOCAL_BLOCKS = 3;

/**
 * pix2pixHD's generator for large images (Wang et al. 2018, section 3.1; its LocalEnhancer with one enhancer): a residual
 * generator of twice the width sees the image at half its size; its last maps are added to those that the enhancer's first
 * layers find in the whole image, and go through the rest of the enhancer. f32[N, inputNc, H, W] to f32[N, outputNc, H,
 * W], with tanh in -1 ... 1, where H and W are multiples of 2^(levels + 1).
 *
 * States have pix2pixHD's names: `model.*` is the global generator, named as in a training of it alone but for its last
 * layer, which is not there; `model1_1.*` and `model1_2.*` are the enhancer before and after the sum.
 *
 * @param options `ngf` is the enhancer's; levels and blocks are the global generator's
 */
export function localEnhancer(options: ResnetOptions): Module {
  const { inputNc, outputNc, ngf } = options;
  const layers = new ResidualLayers(options);
  const global = sequential('model', residualMaps(layers, { ...options, ngf: 2 * ngf }));
  const before = sequential('model1_1', [...layers.first(inputNc, ngf), ...layers.down(ngf)]);
  const after = sequential('model1_2', [
    ...Array.from({ length: LOCAL_BLOCKS }, () => layers.block(2 * ngf)),
    ...layers.up(2 * ngf),
    ...layers.last(ngf, outputNc),
  ]);
  return {
    states: [global, before, after].flatMap(({ states }) => states),
    apply: (trace, x) => {
      const coarse = withScope('global', () => global.apply(trace, halveByMeans(x)));
      const fine = withScope('local', () => before.apply(trace, x));
      return withScope('local', () => after.apply(trace, add(fine, coarse)));
    },
  };
}
