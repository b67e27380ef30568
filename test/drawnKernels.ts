/** Kernels of random shapes, for comparing what devices make of them. */
import fc from 'fast-check';
import type { Expr, Index, Tensor } from '../src/engine/ir/loopForm.js';
import { f32, type Shape } from '../src/engine/ir/tensorType.js';
import {
  accumulator,
  binaryExpr,
  load,
  loadOrZero,
  number,
  positive,
  select,
  unaryExpr,
} from '../src/engine/loops/expressions.js';
import { inHalves } from '../src/engine/loops/halves.js';
import { div, mod, sum, times, variable, variables } from '../src/engine/loops/indices.js';
import { expressionsIn, type Kernel, type Store } from '../src/engine/loops/kernel.js';
import { tensorsIn } from '../src/engine/loops/operands.js';
import { external } from '../src/engine/loops/tensors.js';

const whole = (max: number, min = 1) => fc.integer({ min, max });

const geometry = fc.record({
  batch: whole(2),
  from: whole(9),
  to: whole(9, 2),
  height: whole(9, 2),
  width: whole(12, 2),
  kernel: fc.tuple(whole(4), whole(4)),
  stride: whole(3),
  padding: whole(2, 0),
  /** Parts of the sum that have an axis of their own. */
  parts: fc.constantFrom(1, 1, 2, 3),
  /** What is fused into the loads, and into the stores. */
  onLoad: fc.constantFrom('nothing', 'norm'),
  onStore: fc.constantFrom('nothing', 'bias', 'two'),
});

type Geometry = typeof geometry extends fc.Arbitrary<infer T> ? T : never;

const leaky = (x: Expr) => positive(x, x, binaryExpr('mul', x, number(0.2)));

/** The channel of a part: c = part · ⌈C / parts⌉ + own, which may be one too many for the last part. */
function channelOf(part: Index, own: Index, channels: number, parts: number) {
  const channel = sum(times(part, Math.ceil(channels / parts)), own);
  return { channel, exists: { index: channel, low: 0, high: channels } };
}

/** A factor of a product: an element where the ranges hold and 0 elsewhere, a norm's scale and a leaky ReLU upon it. */
function factor(tensor: Tensor, index: readonly Index[], channelAxis: number, onLoad: Geometry['onLoad']) {
  const where = index.map((at, axis) => ({ index: at, low: 0, high: tensor.type.shape[axis] }));
  const element = load(tensor, index);
  if (onLoad === 'nothing') return select(where, element, number(0));
  const scale = external('scale', f32(tensor.type.shape[channelAxis]));
  const scaled = leaky(binaryExpr('mul', element, load(scale, [index[channelAxis]])));
  return select(where, scaled, number(0));
}

/** Stores of a sum at an index, as it is or with what is fused into it. */
function storesOf(
  tensor: Tensor,
  index: readonly Index[],
  column: Index,
  { onStore }: Geometry,
): readonly Store[] {
  const total = accumulator();
  if (onStore === 'nothing') return [{ tensor, index, expr: total }];
  const bias = external('bias', f32(column.high + 1));
  const biased = leaky(binaryExpr('add', total, load(bias, [column])));
  if (onStore === 'bias') return [{ tensor, index, expr: biased }];
  const other = external('other', tensor.type);
  return [
    { tensor, index, expr: total },
    { tensor: other, index, expr: binaryExpr('add', biased, total) },
  ];
}

/** y[p, n, o, r, k] = Σ x[n, c, s r + u - q, s k + v - q] w[o, c, u, v] over the channels of part p */
function convolution(drawn: Geometry): Kernel {
  const { batch, from, to, height, width, kernel, stride, padding, parts } = drawn;
  const size = (extent: number, tap: number) => Math.floor((extent + 2 * padding - tap) / stride) + 1;
  const [kh, kw] = [Math.min(kernel[0], height), Math.min(kernel[1], width)];
  const axes = [parts, batch, to, size(height, kh), size(width, kw)];
  const over = [Math.ceil(from / parts), kh, kw];
  const [p, n, o, r, k] = variables(axes);
  const [own, u, v] = variables(over, axes.length);
  const { channel } = channelOf(p, own, from, parts);
  const x = external('x', f32(batch, from, height, width));
  const w = external('w', f32(to, from, kh, kw));
  const [row, column] = [sum(times(r, stride), u, -padding), sum(times(k, stride), v, -padding)];
  const y = external('y', f32(...axes));
  const a = factor(x, [n, channel, row, column], 1, drawn.onLoad);
  const b = factor(w, [o, channel, u, v], 0, 'nothing');
  const stores = storesOf(y, [p, n, o, r, k], o, drawn);
  return { axes, over, phases: [[{ op: 'product', a, b }]], stores };
}

/** The gradient of a convolution by its input, by phases of the stride: see `convTransposeLoops`. */
function inputGradient(drawn: Geometry): Kernel {
  const { batch, from, to, height, width, kernel, stride, padding, parts } = drawn;
  const groups = (extent: number) => Math.ceil(extent / stride);
  const [rows, columns] = [height * stride, width * stride];
  const axes = [parts, batch, to, stride, stride, groups(rows), groups(columns)];
  const over = [Math.ceil(from / parts), groups(kernel[0]), groups(kernel[1])];
  const [p, n, o, phaseRow, phaseColumn, q, k] = variables(axes);
  const [own, t, s] = variables(over, axes.length);
  const { channel } = channelOf(p, own, from, parts);
  const y = external('y', f32(batch, from, height, width));
  const w = external('w', f32(from, to, ...kernel));
  const source = (group: Index, phase: Index, step: Index) =>
    sum(group, div(sum(phase, padding), stride), times(step, -1));
  const tap = (phase: Index, step: Index) => sum(mod(sum(phase, padding), stride), times(step, stride));
  const a = factor(y, [n, channel, source(q, phaseRow, t), source(k, phaseColumn, s)], 1, drawn.onLoad);
  const b = factor(w, [channel, o, tap(phaseRow, t), tap(phaseColumn, s)], 0, 'nothing');
  const x = external('x', f32(parts, batch, to, rows, columns));
  const place = [p, n, o, sum(times(q, stride), phaseRow), sum(times(k, stride), phaseColumn)];
  return { axes, over, phases: [[{ op: 'product', a, b }]], stores: storesOf(x, place, o, drawn) };
}

/** w[p, o, c, u, v] = Σ x[n, c, s r + u - q, s k + v - q] y[n, o, r, k] over the rows r of part p */
function weightGradient(drawn: Geometry): Kernel {
  const { batch, from, to, height, width, kernel, stride, padding, parts } = drawn;
  const axes = [parts, to, from, ...kernel];
  const over = [batch, Math.ceil(height / parts), width];
  const [p, o, c, u, v] = variables(axes);
  const [n, own, k] = variables(over, axes.length);
  const { channel: r } = channelOf(p, own, height, parts);
  const x = external('x', f32(batch, from, stride * height, stride * width));
  const y = external('y', f32(batch, to, height, width));
  const [row, column] = [sum(times(r, stride), u, -padding), sum(times(k, stride), v, -padding)];
  const a = factor(x, [n, c, row, column], 1, drawn.onLoad);
  const b = loadOrZero(y, [n, o, r, k]);
  const w = external('w', f32(...axes));
  return { axes, over, phases: [[{ op: 'product', a, b }]], stores: storesOf(w, [p, o, c, u, v], o, drawn) };
}

/** y[m, n] = Σ a[m, k] b[k, n], of factors either of which may be turned around. */
function matrixProduct({ from, to, height, width, stride }: Geometry): Kernel {
  const [m, n, k] = [4 * to, 4 * width, from * height];
  const [i, j] = variables([m, n]);
  const term = variable(2, k);
  const isTurned = stride === 2;
  const left = isTurned
    ? load(external('a', f32(k, m)), [term, i])
    : load(external('a', f32(m, k)), [i, term]);
  const right = load(external('b', f32(k, n)), [term, j]);
  const y = external('y', f32(m, n));
  const stores = [{ tensor: y, index: [i, j], expr: accumulator() }];
  return { axes: [m, n], over: [k], phases: [[{ op: 'product', a: left, b: right }]], stores };
}

/** A convolution of 20 channels by kernels of 3 × 3 that fills more than a tile of so many rows and columns, and not two. */
export function convolutionBeyond(rows: number, columns: number): Kernel {
  const size = { batch: 1, from: 20, to: rows + 3, height: 8, width: columns / 4 + 2 };
  const how = { stride: 1, padding: 0, parts: 1 } as const;
  return convolution({ ...size, ...how, kernel: [3, 3], onLoad: 'norm', onStore: 'bias' });
}

/** Contractions as the three convolutions and matrix products make them, with parts of sums, norms and activations. */
export const drawnContractions: fc.Arbitrary<Kernel> = fc
  .tuple(fc.constantFrom(convolution, inputGradient, weightGradient, matrixProduct), geometry)
  .map(([make, drawn]) => make(drawn));

/** Some axes, and some that are summed over, in an order in which they are mixed in a tensor. */
const rowShapes = fc
  .array(whole(7), { minLength: 1, maxLength: 2 })
  .chain((axes) => fc.tuple(fc.constant(axes), fc.array(whole(24), { minLength: 1, maxLength: 3 })));

/**
 * The mean of rows, the maximum of the distances to it and the sum of their squares, stored with elements and distances:
 * rows of the sum of two tensors whose axes are in this order, or turned around.
 */
export const drawnRows: fc.Arbitrary<Kernel> = fc
  .tuple(rowShapes, fc.boolean(), fc.constantFrom('means', 'phases', 'elements'))
  .map(([[axes, over], isTurned, what]): Kernel => {
    const [at, along] = [variables(axes), variables(over, axes.length)];
    const place = isTurned ? [...along, ...at] : [...at, ...along];
    const shape: Shape = isTurned ? [...over, ...axes] : [...axes, ...over];
    const parts = external('x', f32(2, ...shape));
    const x = binaryExpr('add', load(parts, [sum(0), ...place]), load(parts, [sum(1), ...place]));
    const count = over.reduce((a, b) => a * b, 1);
    const mean = binaryExpr('mul', accumulator(0), number(1 / count));
    const ofRow = (name: string, expr: Expr) => ({ tensor: external(name, f32(...axes)), index: at, expr });
    const first = [{ op: 'sum' as const, expr: x }];
    if (what === 'means') return { axes, over, phases: [first], stores: [ofRow('mean', mean)] };
    const distance = binaryExpr('sub', x, mean);
    const second = [
      { op: 'max' as const, expr: unaryExpr('abs', distance) },
      { op: 'sum' as const, expr: binaryExpr('mul', distance, distance) },
    ];
    const stores: Store[] = [
      ofRow('mean', mean),
      ofRow('far', accumulator(1)),
      ofRow('square', accumulator(2)),
    ];
    if (what === 'elements') {
      const scaled = binaryExpr('div', distance, binaryExpr('add', accumulator(1), number(1)));
      stores.push({ tensor: external('y', f32(...shape)), index: place, expr: scaled });
      stores.push({ tensor: external('x', f32(...shape)), index: place, expr: x });
    }
    return { axes, over, phases: [first, second], stores };
  });

/** A map of a tensor, of one that is stretched along some axes, one that is moved, with 0 outside of it, and a part of one. */
export const drawnMaps: fc.Arbitrary<Kernel> = fc
  .tuple(fc.array(whole(9), { minLength: 1, maxLength: 4 }), fc.infiniteStream(fc.nat(2)), fc.boolean())
  .map(([shape, choices, isBytes]): Kernel => {
    const at = variables(shape);
    const draw = () => choices.next().value as number;
    const stretched = shape.map((extent) => (draw() === 0 ? 1 : extent));
    const moved = at.map((index) => sum(index, draw() - 1));
    const bytes = external('bytes', { dtype: 'u8', shape });
    const x = isBytes ? load(bytes, at) : load(external('x', f32(...shape)), at);
    const scale = load(
      external('scale', f32(...stretched)),
      at.map((index, axis) => (stretched[axis] === 1 ? sum(0) : index)),
    );
    const beside = loadOrZero(external('y', f32(...shape)), moved);
    const last = shape.length - 1;
    const wider = external('wider', f32(...shape.slice(0, last), shape[last] + 2 + draw()));
    const cut = load(wider, [...at.slice(0, last), sum(at[last], draw())]);
    const expr = binaryExpr('add', binaryExpr('mul', x, scale), binaryExpr('add', beside, cut));
    const [z, t] = ['z', 't'].map((name) => external(name, f32(...shape)));
    return {
      ...{ axes: shape, over: [], phases: [] },
      stores: [
        { tensor: z, index: at, expr },
        { tensor: t, index: at, expr: leaky(x) },
      ],
    };
  });

/** Reads and stores nothing but 16-bit floats, where an adapter has such. */
export function allHalves(kernel: Kernel): Kernel {
  const tensors = [...tensorsIn(expressionsIn(kernel)), ...kernel.stores.map(({ tensor }) => tensor)];
  return inHalves(kernel, new Set(tensors.filter(({ type }) => type.dtype === 'f32')));
}
