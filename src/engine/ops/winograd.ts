import type { Emitter } from '../ir/emitter.js';
import type { Shape } from '../ir/tensorType.js';
import { kronecker, type Matrix, minimalFiltering } from './toomCook.js';

/**
 * Stride-1 convolutions by minimal filtering of 4×4 output tiles: 49 products in place of 256 for a 4×4 kernel, 36 in
 * place of 144 for 3×3. In the transformed space a convolution is one matrix product a point,
 *
 *   M[p] = U[p] V[p],  U = taps(weight) [points, out, in],  V = inputs(x) [points, in, N tiles]
 *
 * and by the product's own rules the weight's gradient is tapsᵀ(M̄ Vᵀ) with M̄ = outputsᵀ(ȳ). All transforms are
 * convolutions or products with constants. The rounding error is some 3e-6 of the result.
 */
const TILE = 4;

/** Sizes of one convolution x [N, in, H, W] * weight [out, in, k, k] = y [N, out, Hy, Wy], k square. */
export interface WinogradGeometry {
  readonly x: Shape;
  readonly y: Shape;
  readonly kernel: number;
  readonly padding: number;
}

interface Plan extends WinogradGeometry {
  readonly points: number;
  readonly tiles: readonly [rows: number, columns: number];
  readonly matrices: { readonly outputs: Matrix; readonly taps: Matrix; readonly inputs: Matrix };
}

function plan(geometry: WinogradGeometry): Plan {
  const { outputs, taps, inputs } = minimalFiltering(TILE, geometry.kernel);
  const tiles = [2, 3].map((axis) => Math.ceil(geometry.y[axis] / TILE)) as [number, number];
  const square = (matrix: Matrix) => kronecker(matrix, matrix);
  const matrices = { outputs: square(outputs), taps: square(taps), inputs: square(inputs) };
  return { ...geometry, points: inputs.length ** 2, tiles, matrices };
}

/** y = conv(x, weight); `turned` turns the kernel by 180 degrees and exchanges its channels, for the input gradient. */
export function winogradConv(
  emit: Emitter,
  x: string,
  weight: string,
  geometry: WinogradGeometry,
  turned: boolean,
): string {
  const p = plan(geometry);
  const [[batch, inputs], [, outputs]] = [p.x, p.y];
  const area = p.tiles[0] * p.tiles[1];
  const kernels = transformKernels(emit, weight, turned ? [inputs, outputs] : [outputs, inputs], p, turned);
  const oriented = turned ? emit.node('Transpose', [kernels], { perm: [0, 2, 1] }) : kernels;
  const products = emit.node('MatMul', [oriented, transformInputs(emit, x, p)]); // [points, out, N tiles]
  const flat = emit.reshape(products, [p.points, outputs * batch * area]);
  const tiles = emit.node('Gemm', [constant(emit, p.matrices.outputs), flat]); // [16, out N tiles]
  const split = emit.reshape(tiles, [TILE * TILE, outputs, batch, area]);
  const joined = batch === 1 ? split : emit.node('Transpose', [split], { perm: [2, 0, 1, 3] });
  const depth = emit.reshape(joined, [batch, TILE * TILE * outputs, ...p.tiles]);
  const interleaved = emit.node('DepthToSpace', [depth], { blocksize: TILE });
  return crop(emit, interleaved, p);
}

/** The gradient by the weight, [out, in, k, k], of a convolution whose result has the gradient `dy`. */
export function winogradWeightGradient(
  emit: Emitter,
  x: string,
  dy: string,
  geometry: WinogradGeometry,
): string {
  const p = plan(geometry);
  const [[batch, inputs], [, outputs, height, width]] = [p.x, p.y];
  const [rows, columns] = p.tiles;
  const after = emit.ints([0, 0, 0, 0, 0, 0, rows * TILE - height, columns * TILE - width]);
  const whole = rows * TILE === height && columns * TILE === width;
  const padded = whole ? dy : emit.node('Pad', [dy, after, emit.float(0)]);
  const depth = emit.node('SpaceToDepth', [padded], { blocksize: TILE });
  const split = emit.reshape(depth, [batch, TILE * TILE, outputs, rows * columns]);
  const joined = batch === 1 ? split : emit.node('Transpose', [split], { perm: [1, 2, 0, 3] });
  const tiles = emit.reshape(joined, [TILE * TILE, outputs * batch * rows * columns]);
  const errors = emit.node('Gemm', [constant(emit, p.matrices.outputs), tiles], { transA: 1 });
  const perPoint = emit.reshape(errors, [p.points, outputs, batch * rows * columns]);
  const inputsTurned = emit.node('Transpose', [transformInputs(emit, x, p)], { perm: [0, 2, 1] });
  const products = emit.node('MatMul', [perPoint, inputsTurned]); // [points, out, in]
  const flat = emit.reshape(products, [p.points, outputs * inputs]);
  const gradient = emit.node('Gemm', [flat, constant(emit, p.matrices.taps)], { transA: 1 });
  return emit.reshape(gradient, [outputs, inputs, p.kernel, p.kernel]);
}

/** V [points, in, N tiles]: every overlapping tile of every map, transformed by one convolution with constants. */
function transformInputs(emit: Emitter, x: string, p: Plan): string {
  const [batch, inputs, height, width] = p.x;
  const side = TILE + p.kernel - 1;
  const after = (extent: number, tiles: number) => (tiles - 1) * TILE + side - extent - p.padding;
  const maps = emit.reshape(x, [batch * inputs, 1, height, width]);
  const kernels = emit.reshape(constant(emit, p.matrices.inputs), [p.points, 1, side, side]);
  const transformed = emit.node('Conv', [maps, kernels], {
    strides: [TILE, TILE],
    pads: [p.padding, p.padding, after(height, p.tiles[0]), after(width, p.tiles[1])],
  });
  const area = p.tiles[0] * p.tiles[1];
  const split = emit.reshape(transformed, [batch, inputs, p.points, area]);
  const ordered = emit.node('Transpose', [split], { perm: [2, 1, 0, 3] });
  return emit.reshape(ordered, [p.points, inputs, batch * area]);
}

/** U [points, ...channels] of a weight [...channels, k, k]. */
function transformKernels(
  emit: Emitter,
  weight: string,
  channels: readonly [number, number],
  { kernel, points, matrices }: Plan,
  turned: boolean,
): string {
  const taps = turned ? matrices.taps.map((row) => [...row].reverse()) : matrices.taps;
  const flat = emit.reshape(weight, [channels[0] * channels[1], kernel * kernel]);
  const transformed = emit.node('Gemm', [constant(emit, taps), flat], { transB: 1 });
  return emit.reshape(transformed, [points, ...channels]);
}

function crop(emit: Emitter, x: string, { y: [, , height, width], tiles }: Plan): string {
  if (tiles[0] * TILE === height && tiles[1] * TILE === width) return x;
  return emit.node('Slice', [x, emit.ints([0, 0]), emit.ints([height, width]), emit.ints([2, 3])]);
}

function constant(emit: Emitter, matrix: Matrix): string {
  return emit.float(matrix.flat(), [matrix.length, matrix[0].length]);
}
