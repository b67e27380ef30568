import { withScope } from '../../engine/ir/scope.js';
import type { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import { reshape } from '../../engine/ops/shape.js';
import { leakyReluLayer, tanhLayer } from '../layers/activation.js';
import { linearLayer } from '../layers/linear.js';
import type { Module } from '../layers/module.js';
import { sequential } from '../layers/sequential.js';
import type { Discriminator } from './discriminators.js';

const SLOPE = 0.01;

/** Extents of the images that the networks of a plain GAN make and judge. */
export interface ImageExtents {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * The plain GAN's generator: f32[N, inputs] of noise to f32[N, C, H, W] in -1 ... 1, one hidden layer with leaky ReLU.
 * Names of its states as in Aladdin Persson's tutorial (Machine-Learning-Collection, GANs/1. SimpleGAN/fc_gan.py).
 */
export function perceptronGenerator(inputs: number, hidden: number, image: ImageExtents): Module {
  const { channels, height, width } = image;
  const outputs = channels * height * width;
  const layers = [
    linearLayer(inputs, hidden),
    leakyReluLayer(SLOPE),
    linearLayer(hidden, outputs),
    tanhLayer,
  ];
  const network = sequential('gen', layers);
  const apply = (trace: Trace, noise: Value) =>
    reshape(network.apply(trace, noise), [noise.shape[0], channels, height, width]);
  return { ...network, apply: (trace, noise) => withScope('perceptron', () => apply(trace, noise)) };
}

/** The plain GAN's discriminator: f32[N, C, H, W] to one logit each, f32[N, 1]; the loss has its sigmoid. */
export function perceptronDiscriminator(
  { channels, height, width }: ImageExtents,
  hidden: number,
): Discriminator {
  const inputs = channels * height * width;
  const layers = [linearLayer(inputs, hidden), leakyReluLayer(SLOPE), linearLayer(hidden, 1)];
  const network = sequential('disc', layers);
  const apply = (trace: Trace, x: Value) => network.apply(trace, reshape(x, [x.shape[0], inputs]));
  return { ...network, apply, judge: (trace, x) => [{ logits: apply(trace, x), features: [] }] };
}
