/**
 * Puts two RGB images beside each other, row by row.
 *
 * @param left bytes of the left half, `height` × `width` × 3
 * @param right the same of the right half
 * @returns `height` × 2·`width` × 3
 */
export function sideBySide(left: Uint8Array, right: Uint8Array, width: number, height: number): Uint8Array {
  const row = width * 3;
  const pair = new Uint8Array(height * row * 2);
  for (let y = 0; y < height; y++) {
    pair.set(left.subarray(y * row, (y + 1) * row), y * row * 2);
    pair.set(right.subarray(y * row, (y + 1) * row), y * row * 2 + row);
  }
  return pair;
}
