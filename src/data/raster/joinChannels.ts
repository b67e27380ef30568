import type { NumberArray } from './raster.js';

/** Several rasters of one size as one, their channels side by side. */
export function joinChannels(rasters: readonly NumberArray[], counts: readonly number[]): NumberArray {
  const [first] = rasters;
  if (rasters.length === 1) return first;
  const isOneType = rasters.every((raster) => raster.constructor === first.constructor);
  const all = counts.reduce((sum, count) => sum + count);
  const pixels = first.length / counts[0];
  const joined = isOneType
    ? new (first.constructor as new (length: number) => NumberArray)(pixels * all)
    : new Float64Array(pixels * all);
  let before = 0;
  for (const [r, raster] of rasters.entries()) {
    const count = counts[r];
    for (let i = 0; i < pixels; i++)
      for (let c = 0; c < count; c++) joined[i * all + before + c] = raster[i * count + c];
    before += count;
  }
  return joined;
}
