/** How a workgroup computes its part of a matrix product. */
export interface Tile {
  /** Of the result. */
  readonly rows: number;
  readonly columns: number;
  /** Terms of the sums that are in workgroup memory at once. */
  readonly depth: number;
  /** Of the result, of each invocation. */
  readonly rowsEach: number;
  readonly columnsEach: number;
  /** Whether the terms are those of the longest axis of the sums, in loops over the others; else all axes count as one. */
  readonly nested: boolean;
}

/** `64x64x16 4x4`, and `nested` where it is. */
export function tileName({ rows, columns, depth, rowsEach, columnsEach, nested }: Tile): string {
  return `${rows}x${columns}x${depth} ${rowsEach}x${columnsEach}${nested ? ' nested' : ''}`;
}

export function invocationsOf({ rows, columns, rowsEach, columnsEach }: Tile): number {
  return (rows / rowsEach) * (columns / columnsEach);
}

/** A side of a tile in workgroup memory: its fours in a row for each term, and one that keeps rows off the same banks. */
export const foursARow = (points: number) => points / 4 + 1;

/** Of workgroup memory. */
export function bytesOf({ rows, columns, depth }: Tile): number {
  return 16 * depth * (foursARow(rows) + foursARow(columns));
}
