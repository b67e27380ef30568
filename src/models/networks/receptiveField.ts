import { f32 } from '../../engine/ir/tensorType.js';
import { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import type { ConvGeometry } from '../../engine/ops/conv.js';
import type { Discriminator } from './discriminators.js';

/** Larger than any patch, so that no layer runs out of pixels. Nothing is computed: the graph is only looked at. */
const SIDE = 2 ** 14;

/**
 * How many pixels on a side decide about one logit, for each of a discriminator's scales: 70 for `basic`. From the
 * kernels and strides of its convolutions and poolings; that a norm's statistics reach further does not count.
 */
export function receptiveFields(discriminator: Discriminator, inputNc: number): number[] {
  const trace = new Trace(true);
  const x = trace.input('x', f32(1, inputNc, SIDE, SIDE));
  return discriminator.judge(trace, x).map(({ logits }) => fieldOf(logits));
}

/** Walks from a logit to the image along what is convolved, which every op has as its first operand. */
function fieldOf(logits: Value): number {
  let [field, value] = [1, logits];
  while (value.source.kind === 'op') {
    const { op, inputs, attributes } = value.source;
    if (/^(depthwiseC|c)onv2d$/.test(op.name))
      field = (field - 1) * (attributes as ConvGeometry).stride + inputs[1].shape[2];
    value = inputs[0];
  }
  return field;
}
