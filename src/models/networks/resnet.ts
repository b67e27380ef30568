import { withScope } from '../../engine/ir/scope.js';
import { add } from '../../engine/ops/elementwise.js';
import { reflectionPad } from '../../engine/ops/reflectionPad.js';
import { upsample } from '../../engine/ops/upsample.js';
import { reluLayer } from '../layers/activation.js';
import { type ConvOptions, convLayer, convTransposeLayer } from '../layers/conv.js';
import { dropout } from '../layers/dropout.js';
import type { InitOptions } from '../layers/initialise.js';
import { type Module, stateless } from '../layers/module.js';
import { biasBefore, type NormType, normLayer } from '../layers/norm.js';
import { type LayerFactory, sequential } from '../layers/sequential.js';

/** How a decoder doubles its maps: by a transposed convolution, or by repeating pixels before an ordinary one. */
export type Upsampling = 'deconv' | 'resize';

/**
 * The settings of a residual generator: channels of its images and of its first layer (`ngf`), and how layers are made.
 */
export interface ResnetOptions {
  readonly inputNc: number;
  readonly outputNc: number;
  /** Residual blocks: 6 and 9 are the reference's. */
  readonly blocks: number;
  readonly ngf: number;
  readonly norm: NormType;
  readonly dropout: boolean;
  readonly upsampling: Upsampling;
  readonly spectralNorm?: boolean;
  readonly init: InitOptions;
  /** The last layer: tanh, or for logits none. */
  readonly last: LayerFactory;
}

/** Halvings before the residual blocks, and doublings after them. */
const LEVELS = 2;

const mirrored =
  (padding: number): LayerFactory =>
  () =>
    stateless((x) => reflectionPad(x, padding));

/**
 * The residual generator (Johnson et al. 2016, as CycleGAN has it; the reference's ResnetGenerator): f32[N, inputNc, H,
 * W] to f32[N, outputNc, H, W], with tanh in -1 ... 1, where H and W are multiples of 4. States have the reference's names; a
 * dropout in the blocks shifts the indices in the names of the layers after it, there as here.
 */
export function resnet({ inputNc, outputNc, blocks, ngf, norm, init, ...options }: ResnetOptions): Module {
  const bias = biasBefore(norm);
  const { spectralNorm } = options;
  const activated = (channels: number): LayerFactory[] => [normLayer(norm, init)(channels), reluLayer];
  const conv = (inputs: number, outputs: number, kernel: number, geometry: Partial<ConvOptions> = {}) =>
    convLayer({ inputs, outputs, kernel, stride: 1, padding: 0, bias, spectralNorm, init, ...geometry });
  const up = (inputs: number, outputs: number): LayerFactory[] =>
    options.upsampling === 'resize'
      ? [() => stateless(upsample), mirrored(1), conv(inputs, outputs, 3)]
      : [
          convTransposeLayer({
            ...{ inputs, outputs, kernel: 3, stride: 2, padding: 1, outputPadding: 1 },
            ...{ bias, spectralNorm, init },
          }),
        ];
  const width = (level: number) => ngf * 2 ** level;

  const layers: LayerFactory[] = [mirrored(3), conv(inputNc, ngf, 7), ...activated(ngf)];
  for (let level = 0; level < LEVELS; level++) {
    layers.push(conv(width(level), width(level + 1), 3, { stride: 2, padding: 1 }));
    layers.push(...activated(width(level + 1)));
  }
  const channels = width(LEVELS);
  const half = () => [mirrored(1), conv(channels, channels, 3)];
  for (let block = 0; block < blocks; block++) {
    const inner = [...half(), ...activated(channels), ...(options.dropout ? [dropout(0.5)] : [])];
    layers.push(residual([...inner, ...half(), normLayer(norm, init)(channels)]));
  }
  for (let level = LEVELS; level > 0; level--) {
    layers.push(...up(width(level), width(level - 1)), ...activated(width(level - 1)));
  }
  layers.push(mirrored(3), conv(ngf, outputNc, 7, { bias: true }), options.last);
  const network = sequential('model', layers);
  return { ...network, apply: (trace, x) => withScope('resnet', () => network.apply(trace, x)) };
}

/** x + f(x). The reference keeps a block's layers in an attribute `conv_block`, so their names carry it. */
function residual(layers: readonly LayerFactory[]): LayerFactory {
  return (prefix) => {
    const block = sequential(`${prefix}.conv_block`, layers);
    return { ...block, apply: (trace, x) => add(x, block.apply(trace, x)) };
  };
}
