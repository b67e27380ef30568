/** How a workgroup computes its part of a matrix product. */
export interface Tile {
  /** Of the result. */
  readonly rows: number;
  readonly columns: number;
  /** Terms of the sums that are in workgroup memory at once. */
  readonly depth: number;
  /** Of the result, of each invocation; where subgroups multiply matrices, of each subgroup. */
  readonly rowsEach: number;
  readonly columnsEach: number;
  /** Whether the terms are those of the longest axis of the sums, in loops over the others; else all axes count as one. */
  readonly nested: boolean;
  /** Where subgroups multiply matrices of 16-bit floats: what they multiply at once. */
  readonly matrix?: MatrixShape | undefined;
}

/** Two matrices that the invocations of a subgroup multiply together: rows × terms and terms × columns. */
export interface MatrixShape {
  readonly rows: number;
  readonly columns: number;
  readonly terms: number;
  /** Invocations of a subgroup. */
  readonly invocations: number;
}

/** `64x64x16 4x4`, `128x128x32 64x32 by 16x16x16`, and `nested` where it is. */
export function tileName({ rows, columns, depth, rowsEach, columnsEach, nested, matrix }: Tile): string {
  const by = matrix === undefined ? '' : ` by ${matrixName(matrix)}`;
  return `${rows}x${columns}x${depth} ${rowsEach}x${columnsEach}${by}${nested ? ' nested' : ''}`;
}

/** `16x16x16`: rows, columns, terms. */
export function matrixName({ rows, columns, terms }: MatrixShape): string {
  return `${rows}x${columns}x${terms}`;
}

/** Invocations, or subgroups, that share a tile's results. */
export function sharesOf({ rows, columns, rowsEach, columnsEach }: Tile): number {
  return (rows / rowsEach) * (columns / columnsEach);
}

export function invocationsOf(tile: Tile): number {
  return sharesOf(tile) * (tile.matrix?.invocations ?? 1);
}

/** A side of a tile in workgroup memory: its fours in a row for each term, and one that keeps rows off the same banks. */
export const foursARow = (points: number) => points / 4 + 1;

/** The same where elements are 16-bit floats: rows begin at multiples of 16 bytes. */
export const halvesARow = (points: number) => points + 8;

/** Of workgroup memory. */
export function bytesOf(tile: Tile): number {
  const { rows, columns, depth, columnsEach, matrix } = tile;
  if (matrix === undefined) return 16 * depth * (foursARow(rows) + foursARow(columns));
  const results = 4 * sharesOf(tile) * matrix.rows * columnsEach;
  return 2 * depth * (halvesARow(rows) + halvesARow(columns)) + results;
}
