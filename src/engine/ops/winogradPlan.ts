import type { Shape } from '../ir/tensorType.js';
import { kronecker, type Matrix, minimalFiltering } from './toomCook.js';

/** Sizes of one convolution x [N, in, H, W] * weight [out, in, k, k] = y [N, out, Hy, Wy], k square. */
export interface WinogradGeometry {
  readonly x: Shape;
  readonly y: Shape;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

/** How a convolution is cut into tiles. */
export interface WinogradPlan extends WinogradGeometry {
  /** Rows, and columns, of the results that a tile has of each phase. */
  readonly tile: number;
  /** Rows, and columns, that a tile reads of each phase. */
  readonly side: number;
  /** side² */
  readonly points: number;
  /** stride² */
  readonly phases: number;
  readonly tiles: readonly [rows: number, columns: number];
  /** rows · columns */
  readonly area: number;
  readonly matrices: {
    /** [tile², points] */
    readonly outputs: Matrix;
    /** [points · phases, k²] */
    readonly taps: Matrix;
    /** [points, side²] */
    readonly inputs: Matrix;
  };
}

const TILES = [2, 3, 4];
/** Transforming a weight takes as long as multiplying so many tiles by it. */
const TRANSFORM = 64;

/**
 * The plan of a convolution whose result, or every phase of it, has these many rows and columns. Larger tiles take fewer
 * products, but leave more of the last ones unused, and more points of a weight to be transformed.
 *
 * @param turned each phase's taps are turned by 180 degrees
 */
export function planWinograd(
  geometry: WinogradGeometry,
  extents: readonly [number, number],
  turned = false,
): WinogradPlan {
  const { kernel, stride } = geometry;
  const count = kernel / stride;
  const tilesOf = (tile: number) => extents.map((extent) => Math.ceil(extent / tile)) as [number, number];
  const cost = (tile: number) => (tile + count - 1) ** 2 * (tilesOf(tile)[0] * tilesOf(tile)[1] + TRANSFORM);
  const tile = TILES.reduce((best, other) => (cost(other) < cost(best) ? other : best));
  const tiles = tilesOf(tile);
  const { outputs, taps, inputs } = minimalFiltering(tile, count);
  const side = inputs.length;
  return {
    ...geometry,
    ...{ tile, side, tiles, points: side ** 2, phases: stride ** 2, area: tiles[0] * tiles[1] },
    matrices: {
      outputs: kronecker(outputs, outputs),
      taps: tapsOfPhases(turned ? taps.map((row) => [...row].reverse()) : taps, stride),
      inputs: kronecker(inputs, inputs),
    },
  };
}

/** Tap s u + a of a kernel is tap u of its phase a. */
function tapsOfPhases(taps: Matrix, stride: number): Matrix {
  const along = Array.from({ length: stride }, (_, phase) =>
    taps.map((row) => row.flatMap((x) => Array.from({ length: stride }, (_, at) => (at === phase ? x : 0)))),
  );
  const phases = along.flatMap((rows) => along.map((columns) => kronecker(rows, columns)));
  return phases[0].flatMap((_, point) => phases.map((matrix) => matrix[point]));
}
