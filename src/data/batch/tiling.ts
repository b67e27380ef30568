/** How a large image is cut: square tiles of `size` pixels a side, of which neighbours share `overlap`. */
export interface Tiling {
  readonly size: number;
  readonly overlap: number;
}

/** Where the tiles along one axis begin. The last one ends with the image; one tile serves an image that it covers. */
export function tileStarts(extent: number, { size, overlap }: Tiling): number[] {
  const last = Math.max(0, extent - size);
  const starts: number[] = [];
  for (let at = 0; at < last; at += size - overlap) starts.push(at);
  return [...starts, last];
}
