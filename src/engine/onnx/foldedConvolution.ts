import type { Value } from '../ir/value.js';
import type { Known } from './constantArithmetic.js';
import { forEachChannel } from './quantise.js';

/**
 * A convolution that has not been written yet, followed by y ↦ scale · y + shift for each output channel. Both are
 * linear, so the map goes into the weight and the bias, exactly but for rounding: normalisation by known statistics
 * costs nothing.
 */
export interface FoldedConvolution {
  /** The conv2d or convTranspose2d. */
  readonly value: Value;
  /** The map that it is applied to. */
  readonly input: Value;
  readonly weight: Known;
  /** Of the output channels in the weight's shape. */
  readonly axis: 0 | 1;
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** A convolution whose weight and bias are known. Undefined for any other value. */
export function foldable(value: Value, known: (operand: Value) => Known | undefined) {
  if (value.source.kind !== 'op') return undefined;
  const { op, inputs } = value.source;
  if (op.name !== 'conv2d' && op.name !== 'convTranspose2d') return undefined;
  const [weight, bias] = inputs.slice(1).map(known);
  if (weight === undefined || (inputs.length > 2 && bias === undefined)) return undefined;
  const axis = op.name === 'conv2d' ? 0 : 1;
  const channels = weight.shape[axis];
  const scale = new Float64Array(channels).fill(1);
  const shift = bias === undefined ? new Float64Array(channels) : Float64Array.from(bias.data);
  return { value, input: inputs[0], weight, axis, scale, shift } satisfies FoldedConvolution;
}

/** A convolution followed by `op` with a known operand; undefined where that is no linear map of each channel. */
export function followedBy(
  convolution: FoldedConvolution,
  op: string,
  operand: Known,
  operandIsFirst: boolean,
): FoldedConvolution | undefined {
  const channels = convolution.scale.length;
  const [, c = 1, ...extents] = operand.shape.length === 4 ? operand.shape : [1];
  const isPerChannel =
    operand.data.length === 1 || (c === channels && operand.data.length === c && extents.length === 2);
  if (!isPerChannel) return undefined;
  const at = (i: number) => operand.data[operand.data.length === 1 ? 0 : i];
  const change = (s: (old: number, i: number) => number, t: (old: number, i: number) => number) => ({
    ...convolution,
    scale: convolution.scale.map(s),
    shift: convolution.shift.map(t),
  });
  const same = (old: number) => old;
  if (op === 'add') return change(same, (old, i) => old + at(i));
  if (op === 'mul') return change((old, i) => old * at(i), (old, i) => old * at(i)); // biome-ignore format: one line
  if (op === 'sub' && !operandIsFirst) return change(same, (old, i) => old - at(i));
  if (op === 'div' && !operandIsFirst) return change((old, i) => old / at(i), (old, i) => old / at(i)); // biome-ignore format: one line
  return undefined;
}

/** Weight and bias of the whole; no bias where it is zero. */
export function foldedParameters({ weight, axis, scale, shift }: FoldedConvolution): {
  readonly weight: Float32Array;
  readonly bias: Float32Array | undefined;
} {
  const bias = shift.some((x) => x !== 0) ? Float32Array.from(shift) : undefined;
  if (scale.every((x) => x === 1) && weight.data instanceof Float32Array) {
    return { weight: weight.data, bias };
  }
  const scaled = new Float32Array(weight.data.length);
  forEachChannel(scaled.length, weight.shape, axis, (i, channel) => {
    scaled[i] = weight.data[i] * scale[channel];
  });
  return { weight: scaled, bias };
}
