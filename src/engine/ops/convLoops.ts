import type { Expr, Index, LoopContext, Tensor } from '../ir/loopForm.js';
import { accumulator, binaryExpr, load, loadOrZero } from '../loops/expressions.js';
import { div, mod, sum, times, variables } from '../loops/indices.js';
import { contraction } from '../loops/tensors.js';

/*
 * The three convolutions as sums of products, of all channels or of each channel by itself.
 */
interface Geometry {
  readonly stride: number;
  readonly padding: number;
}

type Size = readonly [height: number, width: number];

/** Whether an output channel is made of all input channels, or of the one that it belongs to. */
type Channels = 'all' | 'own';

/** y[n, o, r, k] = Σ x[n, c, s r + u - p, s k + v - p] w[o, c, u, v] over c, u, v */
export const convLoops =
  (channels: Channels) =>
  ([x, weight, bias]: readonly Tensor[], { attributes, type }: LoopContext<Geometry>): Tensor => {
    const [, from, kh, kw] = weight.type.shape;
    const shape = type.shape;
    const [n, o, row, column] = variables(shape);
    const [c, u, v] = variables([from, kh, kw], 4);
    return contraction(type, {
      shape,
      over: [from, kh, kw],
      a: loadOrZero(x, [
        n,
        channels === 'all' ? c : o,
        reached(row, u, attributes),
        reached(column, v, attributes),
      ]),
      b: load(weight, [o, c, u, v]),
      out: withBias(bias, o),
    });
  };

/** The row of the input that a row of the result reads by a tap. */
function reached(at: Index, tap: Index, { stride, padding }: Geometry): Index {
  return sum(times(at, stride), tap, -padding);
}

function withBias(bias: Tensor | undefined, channel: Index): Expr {
  return bias === undefined ? accumulator() : binaryExpr('add', accumulator(), load(bias, [channel]));
}

/**
 * The transposed convolution by phases of its output: row s q + f of the result, 0 ≤ f < s, gets from the rows of y
 * whose distance to it is a tap of the kernel. With p the padding these are, for t = 0, 1, ...,
 *
 *   row q + ⌊(f + p) / s⌋ - t   by tap   (f + p) mod s + s t
 *
 * so that every product counts, and none goes to a place that the stride leaves out.
 */
export const convTransposeLoops =
  (channels: Channels) =>
  (
    [y, weight, bias]: readonly Tensor[],
    { attributes, type }: LoopContext<Geometry & { readonly size: Size }>,
  ): Tensor => {
    const { stride } = attributes;
    const [batch, out, height, width] = type.shape;
    const [from, , kh, kw] = weight.type.shape;
    const groups = (extent: number) => Math.ceil(extent / stride);
    const shape = [batch, out, stride, stride, groups(height), groups(width)];
    const over = [channels === 'all' ? from : 1, groups(kh), groups(kw)];
    const [n, o, phaseRow, phaseColumn, groupRow, groupColumn] = variables(shape);
    const [c, t, s] = variables(over, shape.length);
    const rows = phase(groupRow, phaseRow, t, attributes);
    const columns = phase(groupColumn, phaseColumn, s, attributes);
    const kernel = channels === 'all' ? [c, o, rows.tap, columns.tap] : [o, c, rows.tap, columns.tap];
    return contraction(type, {
      shape,
      over,
      a: loadOrZero(y, [n, channels === 'all' ? c : o, rows.source, columns.source]),
      b: loadOrZero(weight, kernel),
      store: [n, o, rows.place, columns.place],
      out: withBias(bias, o),
    });
  };

/** Of a row of the result, given by its group and its phase: its place, and what step t adds to it. */
function phase(group: Index, phase: Index, step: Index, { stride, padding }: Geometry) {
  const shifted = sum(phase, padding);
  return {
    place: sum(times(group, stride), phase),
    source: sum(group, div(shifted, stride), times(step, -1)),
    tap: sum(mod(shifted, stride), times(step, stride)),
  };
}

/** w[o, c, u, v] = Σ x[n, c, s r + u - p, s k + v - p] dy[n, o, r, k] over n, r, k */
export const weightGradientLoops =
  (channels: Channels) =>
  (
    [x, dy]: readonly Tensor[],
    { attributes, type }: LoopContext<Geometry & { readonly kernel: Size }>,
  ): Tensor => {
    const shape = type.shape;
    const [batch, , height, width] = dy.type.shape;
    const over = [batch, height, width];
    const [o, c, u, v] = variables(shape);
    const [n, row, column] = variables(over, 4);
    return contraction(type, {
      shape,
      over,
      a: loadOrZero(x, [
        n,
        channels === 'all' ? c : o,
        reached(row, u, attributes),
        reached(column, v, attributes),
      ]),
      b: load(dy, [n, o, row, column]),
    });
  };
