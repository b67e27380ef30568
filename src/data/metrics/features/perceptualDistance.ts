import type { Images } from '../../../engine/devices/cpu/inferenceSession.js';

/** Keeps the division by the length of features that are all zero defined. */
const EPSILON = 1e-10;

/** A layer of a network for two images, and how much each of its channels counts. */
export interface ComparedLayer {
  /** f32[1,C,H,W] */
  readonly x: Images;
  readonly y: Images;
  /** Default: 1 each. */
  readonly weights?: readonly number[];
}

/**
 * The distance of two images by the features of a network, LPIPS of Zhang et al., "The unreasonable effectiveness of deep
 * features as a perceptual metric" (2018): at each pixel of a layer the features are brought to length 1, the squared
 * differences of their channels are weighed and summed, and these are averaged over the pixels and summed over the layers.
 */
export function perceptualDistance(layers: readonly ComparedLayer[]): number {
  return layers.reduce((sum, layer) => sum + layerDistance(layer), 0);
}

function layerDistance({ x, y, weights }: ComparedLayer): number {
  const [, channels, height, width] = x.shape;
  const pixels = height * width;
  const [lengthX, lengthY] = [x, y].map(({ data }) => lengths(data, channels, pixels));
  let sum = 0;
  for (let c = 0, at = 0; c < channels; c++) {
    let ofChannel = 0;
    for (let p = 0; p < pixels; p++, at++)
      ofChannel += (x.data[at] / lengthX[p] - y.data[at] / lengthY[p]) ** 2;
    sum += (weights?.[c] ?? 1) * ofChannel;
  }
  return sum / pixels;
}

function lengths(data: ArrayLike<number>, channels: number, pixels: number): Float64Array {
  const squares = new Float64Array(pixels);
  for (let c = 0, at = 0; c < channels; c++)
    for (let p = 0; p < pixels; p++, at++) squares[p] += data[at] ** 2;
  return squares.map((square) => Math.sqrt(square) + EPSILON);
}
