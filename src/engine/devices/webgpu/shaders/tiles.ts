import { type ContractionShape, longest } from './contractionShape.js';
import { bytesOf, invocationsOf, type Tile } from './tile.js';

/** What a workgroup may have, of an adapter. */
export interface WorkgroupLimits {
  readonly bytes: number;
  readonly invocations: number;
}

/** What WebGPU guarantees. */
export const GUARANTEED: WorkgroupLimits = { bytes: 16_384, invocations: 256 };

/** Rows, columns, terms, and an invocation's share of rows and columns: large ones do the most work for what they load. */
const SIZES = [
  [128, 128, 16, 8, 8],
  [128, 128, 8, 8, 8],
  [64, 128, 16, 8, 4],
  [128, 64, 16, 8, 4],
  [64, 64, 16, 8, 4],
  [64, 64, 16, 4, 4],
  [32, 128, 16, 4, 4],
  [128, 32, 16, 4, 4],
  [32, 64, 16, 4, 4],
  [64, 32, 16, 4, 4],
  [32, 32, 16, 4, 4],
  [16, 128, 16, 4, 4],
  [128, 16, 16, 4, 4],
  [16, 64, 16, 4, 4],
  [64, 16, 16, 4, 4],
  [8, 128, 16, 4, 4],
  [4, 256, 16, 4, 4],
] as const;

/** Quick to compile, for GPUs in software. */
const SMALL = [16, 16, 4, 4, 4] as const;

/** The tiles by which a contraction may be computed: they fit the limits, and are not mostly beyond its matrix. */
export function tilesFor(shape: ContractionShape, limits: WorkgroupLimits = GUARANTEED): Tile[] {
  const tiles = [...SIZES, SMALL].flatMap((size) => tilesOf(shape, size));
  return tiles.filter(
    (tile) =>
      bytesOf(tile) <= limits.bytes &&
      invocationsOf(tile) <= limits.invocations &&
      fits(shape.rows.points, tile.rows) &&
      fits(shape.columns.points, tile.columns),
  );
}

/** The tile of quick compilation. */
export function smallTile(shape: ContractionShape): Tile {
  return tilesOf(shape, SMALL)[0];
}

function tilesOf(
  { over }: ContractionShape,
  [rows, columns, depth, rowsEach, columnsEach]: (typeof SIZES)[number] | typeof SMALL,
): Tile[] {
  const tile = { rows, columns, depth, rowsEach, columnsEach };
  const canNest = over.length > 1 && longest(over).extent >= depth;
  return [{ ...tile, nested: false }, ...(canNest ? [{ ...tile, nested: true }] : [])];
}

/** Less than half of a tile is beyond the matrix, unless tiles are no smaller. */
export function fits(points: number, size: number): boolean {
  return size <= 16 || size < 2 * points;
}
