import { isNone, type Raster } from './raster.js';

/** What of a raster is NaN or infinite, with the place of the first and how many there are; undefined where nothing is. */
export function notFinite(raster: Raster): string | undefined {
  const { data, width, channels } = raster;
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return undefined;
  let [first, count] = [-1, 0];
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i]) || isNone(data[i], raster)) continue;
    if (count++ === 0) first = i;
  }
  if (count === 0) return undefined;
  const pixel = Math.floor(first / channels);
  const place = `(${pixel % width}, ${Math.floor(pixel / width)})`;
  return `it holds ${data[first]} at ${place}, channel ${first % channels}, and ${count} such numbers in all`;
}
