import type { Emitter } from '../ir/emitter.js';
import { interleave } from './interleave.js';
import type { Matrix } from './toomCook.js';
import { planWinograd, type WinogradGeometry, type WinogradPlan } from './winogradPlan.js';

/*
 * Convolutions by minimal filtering of small tiles of the result: of 4×4, 49 products in place of 256 for a 4×4 kernel, 36
 * in place of 144 for 3×3. In the transformed space a convolution is one matrix product a point,
 *
 *   M[p] = U[p] V[p],  U = taps(weight) [points, out, in],  V = inputs(x) [points, in, N tiles]
 *
 * and by the product's own rules the weight's gradient is tapsᵀ(M̄ Vᵀ) with M̄ = outputsᵀ(ȳ). All transforms are
 * convolutions or products with constants. The rounding error is some 3e-6 of the result.
 *
 * A convolution of stride s is a sum of s² of stride 1, each of one phase of x, its rows s j + a and columns s l + b, with the
 * taps s u + a, s v + b of the kernel: s² in channels instead of in, and 25 products in place of 64 for a 4×4 kernel at
 * stride 2. A transposed one has s² out channels, one for each phase of its result.
 */

/** y = conv(x, weight); the padding must be at least stride - 1. */
export function winogradConv(emit: Emitter, x: string, weight: string, geometry: WinogradGeometry): string {
  const [, outputs, height, width] = geometry.y;
  const p = planWinograd(geometry, [height, width]);
  const inputs = p.x[1];
  const kernels = transformKernels(emit, weight, outputs * inputs, p);
  const split = emit.reshape(kernels, [p.points, p.phases, outputs, inputs]);
  const ordered = p.phases === 1 ? split : emit.node('Transpose', [split], { perm: [0, 2, 1, 3] });
  const flat = emit.reshape(ordered, [p.points, outputs, p.phases * inputs]);
  const products = emit.node('MatMul', [flat, transformInputs(emit, x, p)]); // [points, out, N tiles]
  const interleaved = transformOutputs(emit, products, outputs, 1, p);
  return crop(emit, interleaved, [0, 0], [height, width], p.tile, p);
}

/** The transposed convolution y [N, in, Hy, Wy] * weight [in, out, k, k] = x [N, out, H, W]; the padding must be less than k. */
export function winogradConvTranspose(
  emit: Emitter,
  y: string,
  weight: string,
  geometry: WinogradGeometry,
): string {
  const { stride: s, padding, kernel } = geometry;
  const [, outputs, ...size] = geometry.x;
  const skipped = Math.floor(padding / s); // rows of every phase that are padding alone
  const first = padding - s * skipped;
  const extents = size.map((extent) => Math.ceil((first + extent) / s)) as [number, number];
  const p = planWinograd(geometry, extents, true);
  const inputs = p.y[1];
  // Turned before it is transformed: there is less of it then.
  const turned = emit.node('Transpose', [weight], { perm: [1, 0, 2, 3] });
  const kernels = transformKernels(emit, turned, outputs * inputs, p);
  const flat = emit.reshape(kernels, [p.points, p.phases * outputs, inputs]);
  const begin = kernel / s - 1 - skipped;
  const maps = transformMaps(emit, y, p.y, { step: 1, begin: [begin, begin] }, p);
  const products = emit.node('MatMul', [flat, orderTiles(emit, maps, p.y, 1, p)]); // [points, phases out, N tiles]
  const interleaved = transformOutputs(emit, products, outputs, s, p);
  return crop(emit, interleaved, [first, first], size, p.tile * s, p);
}

/** The gradient by the weight, [out, in, k, k], of a convolution whose result has the gradient `dy`; as for `winogradConv`. */
export function winogradWeightGradient(
  emit: Emitter,
  x: string,
  dy: string,
  geometry: WinogradGeometry,
): string {
  const [batch, outputs, height, width] = geometry.y;
  const p = planWinograd(geometry, [height, width]);
  const inputs = p.x[1];
  const { tile, area } = p;
  const [rows, columns] = p.tiles;
  const after = emit.ints([0, 0, 0, 0, 0, 0, rows * tile - height, columns * tile - width]);
  const whole = rows * tile === height && columns * tile === width;
  const padded = whole ? dy : emit.node('Pad', [dy, after, emit.float(0)]);
  const depth = emit.node('SpaceToDepth', [padded], { blocksize: tile });
  const split = emit.reshape(depth, [batch, tile * tile, outputs, area]);
  const joined = batch === 1 ? split : emit.node('Transpose', [split], { perm: [1, 2, 0, 3] });
  const tiles = emit.reshape(joined, [tile * tile, outputs * batch * area]);
  const errors = emit.node('Gemm', [constant(emit, p.matrices.outputs), tiles], { transA: 1 });
  const perPoint = emit.reshape(errors, [p.points, outputs, batch * area]);
  const inputsTurned = emit.node('Transpose', [transformInputs(emit, x, p)], { perm: [0, 2, 1] });
  const products = emit.node('MatMul', [perPoint, inputsTurned]); // [points, out, phases in]
  const parts = emit.reshape(products, [p.points, outputs, p.phases, inputs]);
  const ordered = p.phases === 1 ? parts : emit.node('Transpose', [parts], { perm: [0, 2, 1, 3] });
  const flat = emit.reshape(ordered, [p.points * p.phases, outputs * inputs]);
  const gradient = emit.node('Gemm', [flat, constant(emit, p.matrices.taps)], { transA: 1 });
  return emit.reshape(gradient, [outputs, inputs, p.kernel, p.kernel]);
}

/** V [points, phases in, N tiles]: every overlapping tile of every phase of every map. */
function transformInputs(emit: Emitter, x: string, p: WinogradPlan): string {
  const { stride: step, padding } = p;
  const offsets = Array.from({ length: step }, (_, phase) => padding - phase);
  const phases = offsets.flatMap((top) =>
    offsets.map((left) => transformMaps(emit, x, p.x, { step, begin: [top, left] }, p)),
  );
  const joined = phases.length === 1 ? phases[0] : emit.node('Concat', phases, { axis: 1 });
  return orderTiles(emit, joined, p.x, p.phases, p);
}

/** Which rows and columns of a map belong to a phase: every `step`-th, after `begin` of padding. */
interface PhaseOfMap {
  readonly step: number;
  readonly begin: readonly number[];
}

/** [N C, points, rows, columns] of maps [N, C, H, W]: their tiles, transformed by one convolution with constants. */
function transformMaps(
  emit: Emitter,
  x: string,
  [batch, channels, ...extents]: readonly number[],
  { step, begin }: PhaseOfMap,
  p: WinogradPlan,
): string {
  const reach = p.tiles.map((count) => step * ((count - 1) * p.tile + p.side - 1) + 1);
  // A map may reach further than the last tile, by less than a tile.
  const after = extents.map((extent, i) => Math.max(0, reach[i] - extent - begin[i]));
  const kernels = emit.reshape(constant(emit, p.matrices.inputs), [p.points, 1, p.side, p.side]);
  return emit.node('Conv', [emit.reshape(x, [batch * channels, 1, ...extents]), kernels], {
    strides: [step * p.tile, step * p.tile],
    dilations: [step, step],
    pads: [...begin, ...after],
  });
}

/** [points, phases C, N tiles] of [N C, phases points, rows, columns]. */
function orderTiles(
  emit: Emitter,
  maps: string,
  [batch, channels]: readonly number[],
  phases: number,
  p: WinogradPlan,
): string {
  const split = emit.reshape(maps, [batch, channels, phases, p.points, p.area]);
  const ordered = emit.node('Transpose', [split], { perm: [3, 2, 1, 0, 4] });
  return emit.reshape(ordered, [p.points, phases * channels, batch * p.area]);
}

/** U [points phases, channels] of a weight [channels, k, k]; channels are those of both sides. */
function transformKernels(
  emit: Emitter,
  weight: string,
  channels: number,
  { kernel, matrices }: WinogradPlan,
): string {
  const flat = emit.reshape(weight, [channels, kernel * kernel]);
  return emit.node('Gemm', [constant(emit, matrices.taps), flat], { transB: 1 });
}

/** [N, out, rows · tile · step, columns · tile · step] of products [points, step² out, N tiles]: a pixel of each phase side by side. */
function transformOutputs(
  emit: Emitter,
  products: string,
  outputs: number,
  step: number,
  p: WinogradPlan,
): string {
  const { tile, points, area } = p;
  const batch = p.x[0];
  const flat = emit.reshape(products, [points, step * step * outputs * batch * area]);
  const tiles = emit.node('Gemm', [constant(emit, p.matrices.outputs), flat]); // [tile², step² out N tiles]
  const split = emit.reshape(tiles, [tile, tile, step, step * outputs, batch, area]);
  const isOrdered = batch === 1 && step === 1;
  const joined = isOrdered ? split : emit.node('Transpose', [split], { perm: [4, 0, 2, 1, 3, 5] });
  return interleave(emit, joined, tile * step, [batch, outputs, ...p.tiles]);
}

function crop(
  emit: Emitter,
  x: string,
  from: readonly [number, number],
  size: readonly number[],
  block: number,
  { tiles }: WinogradPlan,
): string {
  if (size.every((extent, i) => from[i] === 0 && extent === tiles[i] * block)) return x;
  const to = size.map((extent, i) => from[i] + extent);
  return emit.node('Slice', [x, emit.ints([...from]), emit.ints(to), emit.ints([2, 3])]);
}

function constant(emit: Emitter, matrix: Matrix): string {
  return emit.float(matrix.flat(), [matrix.length, matrix[0].length]);
}
