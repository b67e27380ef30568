/**
 * Resizes planes by linear interpolation between the nearest pixels, without smoothing first, as PyTorch's
 * `interpolate(mode='bilinear', align_corners=False)`.
 *
 * @param planes f32[C, height, width]
 * @returns f32[C, size, size]
 */
export function resizeBilinear(
  planes: Float32Array,
  { height, width }: { readonly height: number; readonly width: number },
  size: number,
): Float32Array {
  const channels = planes.length / (height * width);
  const out = new Float32Array(channels * size * size);
  const [rows, columns] = [tapsOf(height, size), tapsOf(width, size)];
  let at = 0;
  for (let c = 0; c < channels; c++) {
    const plane = planes.subarray(c * height * width, (c + 1) * height * width);
    for (const row of rows) {
      for (const column of columns) {
        const between = (from: number) =>
          plane[from + column.low] + (plane[from + column.high] - plane[from + column.low]) * column.part;
        const above = between(row.low * width);
        out[at++] = above + (between(row.high * width) - above) * row.part;
      }
    }
  }
  return out;
}

/** For each of the new pixels the two old ones that it lies between, and how far it is from the lower one. */
function tapsOf(extent: number, size: number) {
  return Array.from({ length: size }, (_, i) => {
    const place = Math.max(0, ((i + 0.5) * extent) / size - 0.5);
    const low = Math.min(extent - 1, Math.floor(place));
    return { low, high: Math.min(extent - 1, low + 1), part: place - low };
  });
}
