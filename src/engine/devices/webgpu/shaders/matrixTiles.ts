import { isHalf } from '../../../loops/halves.js';
import { type ContractionShape, longest } from './contractionShape.js';
import { pointsOf } from './countedAxes.js';
import { bytesOf, invocationsOf, type MatrixShape, type Tile, tileName } from './tile.js';
import { UNITS } from './tileRules.js';
import { fits, type WorkgroupLimits } from './tiles.js';

/** Rows, columns, terms, and a subgroup's share of rows and columns. */
const SIZES = [
  [128, 128, 32, 64, 32],
  [64, 128, 32, 32, 32],
  [128, 64, 32, 32, 32],
  [64, 64, 32, 32, 32],
  [64, 64, 32, 32, 16],
  [32, 128, 32, 16, 32],
  [32, 64, 32, 16, 16],
  [64, 32, 32, 16, 16],
  [32, 32, 32, 16, 16],
  [16, 128, 32, 16, 16],
  [128, 16, 32, 16, 16],
  [16, 64, 32, 16, 16],
  [64, 16, 32, 16, 16],
] as const;

/**
 * The tiles by which subgroups may compute a contraction: none where a factor is no 16-bit float.
 * @param matrix what they multiply at once
 */
export function matrixTilesFor(
  shape: ContractionShape,
  limits: WorkgroupLimits,
  matrix: MatrixShape,
): Tile[] {
  const { rows, columns, over } = shape;
  if (!isHalf(rows.operand) || !isHalf(columns.operand)) return [];
  const sizes = SIZES.map(([height, width, depth, rowsEach, columnsEach]) => {
    return { rows: height, columns: width, depth, rowsEach, columnsEach, matrix };
  });
  const tiles = [...sizes, small(matrix)].flatMap((tile) => {
    const canNest = over.length > 1 && longest(over).extent >= tile.depth;
    return [{ ...tile, nested: false }, ...(canNest ? [{ ...tile, nested: true }] : [])];
  });
  return tiles.filter(
    (tile) =>
      tile.rowsEach % matrix.rows === 0 &&
      tile.columnsEach % matrix.columns === 0 &&
      tile.depth % matrix.terms === 0 &&
      bytesOf(tile) <= limits.bytes &&
      invocationsOf(tile) <= limits.invocations &&
      fits(rows.points, tile.rows) &&
      fits(columns.points, tile.columns),
  );
}

/** In the time of one multiply-add of a matrix, an element of a tile is loaded by so many. */
const LOAD = 64;

/**
 * These tiles as they are tried, the likeliest first: multiplications are so fast that loads decide, and how many workgroups
 * there are.
 */
export function matrixTilesByRule(shape: ContractionShape, tiles: readonly Tile[]): Tile[] {
  const cost = (tile: Tile) => {
    const { rows, columns } = tile;
    const count = Math.ceil(shape.rows.points / rows) * Math.ceil(shape.columns.points / columns);
    const waves = Math.ceil((count * pointsOf(shape.batch)) / UNITS);
    return waves * (rows * columns + LOAD * (rows + columns));
  };
  return [...tiles].sort((a, b) => cost(a) - cost(b));
}

/** The tile of quick compilation, for GPUs in software; undefined where a factor is no 16-bit float. */
export function smallMatrixTile(
  shape: ContractionShape,
  limits: WorkgroupLimits,
  matrix: MatrixShape,
): Tile | undefined {
  const name = tileName({ ...small(matrix), nested: false });
  return matrixTilesFor(shape, limits, matrix).find((tile) => tileName(tile) === name);
}

/** Four subgroups, each with one matrix. */
function small(matrix: MatrixShape): Omit<Tile, 'nested'> {
  const { rows, columns, terms } = matrix;
  return {
    ...{ rows: 2 * rows, columns: 2 * columns, depth: terms },
    ...{ rowsEach: rows, columnsEach: columns, matrix },
  };
}
