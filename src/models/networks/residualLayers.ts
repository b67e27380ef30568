import { add } from '../../engine/ops/elementwise.js';
import { reflectionPad } from '../../engine/ops/reflectionPad.js';
import { upsample } from '../../engine/ops/upsample.js';
import { reluLayer } from '../layers/activation.js';
import { type ConvOptions, convLayer, convTransposeLayer } from '../layers/conv.js';
import { dropout } from '../layers/dropout.js';
import type { InitOptions } from '../layers/initialise.js';
import { stateless } from '../layers/module.js';
import { biasBefore, type NormType, normLayer } from '../layers/norm.js';
import { type LayerFactory, sequential } from '../layers/sequential.js';

/** How a decoder doubles its maps: by a transposed convolution, or by repeating pixels before an ordinary one. */
export type Upsampling = 'deconv' | 'resize';

/** How the layers of a residual generator are made. */
export interface ResidualOptions {
  readonly norm: NormType;
  readonly dropout: boolean;
  readonly upsampling: Upsampling;
  readonly spectralNorm?: boolean;
  readonly init: InitOptions;
  /** The last layer: tanh, or for logits none. */
  readonly last: LayerFactory;
  /** Whether convolutions before a norm have a bias; default: as the reference has it. */
  readonly bias?: boolean;
}

const mirrored =
  (padding: number): LayerFactory =>
  () =>
    stateless((x) => reflectionPad(x, padding));

/** The groups of layers of which residual generators are made (Johnson et al. 2016). */
export class ResidualLayers {
  private readonly bias: boolean;

  constructor(private readonly options: ResidualOptions) {
    this.bias = options.bias ?? biasBefore(options.norm);
  }

  /** From an image to maps of its size: 7×7, norm, ReLU. */
  first(channels: number, maps: number): LayerFactory[] {
    return [mirrored(3), this.conv(channels, maps, 7), ...this.activated(maps)];
  }

  /** Half the size, twice the maps. */
  down(maps: number): LayerFactory[] {
    const halved = this.conv(maps, 2 * maps, 3, { stride: 2, padding: 1 });
    return [halved, ...this.activated(2 * maps)];
  }

  /** x + f(x). The reference keeps a block's layers in an attribute `conv_block`, so their names carry it. */
  block(maps: number): LayerFactory {
    const half = () => [mirrored(1), this.conv(maps, maps, 3)];
    const dropouts = this.options.dropout ? [dropout(0.5)] : [];
    const layers = [...half(), ...this.activated(maps), ...dropouts, ...half(), this.norm(maps)];
    return (prefix) => {
      const block = sequential(`${prefix}.conv_block`, layers);
      return { ...block, apply: (trace, x) => add(x, block.apply(trace, x)) };
    };
  }

  /** Twice the size, half the maps. */
  up(maps: number): LayerFactory[] {
    const outputs = maps / 2;
    const { upsampling, spectralNorm, init } = this.options;
    const doubled =
      upsampling === 'resize'
        ? [() => stateless(upsample), mirrored(1), this.conv(maps, outputs, 3)]
        : [
            convTransposeLayer({
              ...{ inputs: maps, outputs, kernel: 3, stride: 2, padding: 1, outputPadding: 1 },
              ...{ bias: this.bias, spectralNorm, init },
            }),
          ];
    return [...doubled, ...this.activated(outputs)];
  }

  /** From maps to an image: 7×7, tanh. */
  last(maps: number, channels: number): LayerFactory[] {
    return [mirrored(3), this.conv(maps, channels, 7, { bias: true }), this.options.last];
  }

  private activated(maps: number): LayerFactory[] {
    return [this.norm(maps), reluLayer];
  }

  private norm(maps: number): LayerFactory {
    return normLayer(this.options.norm, this.options.init)(maps);
  }

  private conv(
    inputs: number,
    outputs: number,
    kernel: number,
    geometry: Partial<ConvOptions> = {},
  ): LayerFactory {
    const { spectralNorm, init } = this.options;
    const common = { stride: 1, padding: 0, bias: this.bias, spectralNorm, init };
    return convLayer({ inputs, outputs, kernel, ...common, ...geometry });
  }
}
