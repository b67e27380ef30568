import { State } from '../../engine/ir/state.js';
import { f32, type Shape } from '../../engine/ir/tensorType.js';
import type { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import { type ConvGeometry, conv2d, convTranspose2d } from '../../engine/ops/conv.js';
import { biasInitialiser, type InitOptions, weightInitialiser } from './initialise.js';
import type { Module } from './module.js';
import type { LayerFactory } from './sequential.js';
import { spectralWeight } from './spectralNorm.js';

/** A convolution layer: channels, the side of its kernel in pixels, and its geometry. */
export interface ConvOptions extends ConvGeometry {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly bias: boolean;
  /** Divides the weight by its largest singular value. */
  readonly spectralNorm?: boolean;
  readonly init: InitOptions;
}

type Apply = (x: Value, weight: Value, bias: Value | undefined, options: ConvOptions) => Value;

function layer(
  prefix: string,
  shape: Shape,
  options: ConvOptions,
  outputAxis: 0 | 1,
  convolve: Apply,
): Module {
  const initialiser = weightInitialiser(shape, options.init);
  const named = (name: string) => new State(`${prefix}.${name}`, f32(...shape), 'parameter', initialiser);
  const bias = options.bias
    ? new State(`${prefix}.bias`, f32(options.outputs), 'parameter', biasInitialiser(shape, options.init))
    : undefined;
  const biases = bias === undefined ? [] : [bias];
  const apply = (trace: Trace, x: Value, weight: Value) =>
    convolve(x, weight, bias && trace.read(bias), options);
  if (options.spectralNorm) {
    const weight = spectralWeight(prefix, named('weight_orig'), outputAxis);
    const states = [...biases, ...weight.states]; // PyTorch registers the weight again, after the bias
    return { states, apply: (trace, x) => apply(trace, x, weight.read(trace)) };
  }
  const weight = named('weight');
  return { states: [weight, ...biases], apply: (trace, x) => apply(trace, x, trace.read(weight)) };
}

/** A convolution layer with a square kernel: f32[N, inputs, H, W] to f32[N, outputs, ...]. */
export function convLayer(options: ConvOptions): LayerFactory {
  const { inputs, outputs, kernel } = options;
  return (prefix) => layer(prefix, [outputs, inputs, kernel, kernel], options, 0, conv2d);
}

/** A transposed convolution layer. */
export interface ConvTransposeOptions extends ConvOptions {
  /** Extra rows and columns at the end, fewer than `stride`. */
  readonly outputPadding?: number;
}

/** A transposed convolution layer with a square kernel: f32[N, inputs, H, W] to f32[N, outputs, ...]. */
export function convTransposeLayer(options: ConvTransposeOptions): LayerFactory {
  const { inputs, outputs, kernel } = options;
  return (prefix) => layer(prefix, [inputs, outputs, kernel, kernel], options, 1, convTranspose2d);
}
