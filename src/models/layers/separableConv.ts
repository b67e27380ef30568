import { State } from '../../engine/ir/state.js';
import { f32 } from '../../engine/ir/tensorType.js';
import { depthwiseConv2d } from '../../engine/ops/depthwise.js';
import { pad } from '../../engine/ops/shape.js';
import { convLayer } from './conv.js';
import { type InitOptions, weightInitialiser } from './initialise.js';
import type { LayerFactory } from './sequential.js';

const KERNEL = 4;

/**
 * A separable convolution: each channel by a 4×4 kernel of its own, then all of them mixed pixel by pixel, with a bias.
 * f32[N, inputs, H, W] to f32[N, outputs, H / stride, W / stride]. As TensorFlow's `separable_conv2d` with padding
 * "same", which with stride 1 adds one row and column before the image and two behind it.
 */
export function separableConvLayer(
  inputs: number,
  outputs: number,
  stride: 1 | 2,
  init: InitOptions,
): LayerFactory {
  return (prefix) => {
    const shape = [inputs, 1, KERNEL, KERNEL] as const;
    const kernel = new State(
      `${prefix}.depthwise.weight`,
      f32(...shape),
      'parameter',
      weightInitialiser(shape, init),
    );
    const mixing = { inputs, outputs, kernel: 1, stride: 1, padding: 0, bias: true, init };
    const pointwise = convLayer(mixing)(`${prefix}.pointwise`);
    return {
      states: [kernel, ...pointwise.states],
      apply: (trace, x) => {
        const after = stride === 1 ? 2 : 1;
        const padded = pad(pad(x, 2, 1, after), 3, 1, after);
        return pointwise.apply(trace, depthwiseConv2d(padded, trace.read(kernel), { stride, padding: 0 }));
      },
    };
  };
}
