/** Buckets of a histogram, of equal width. */
const BUCKETS = 50;

/**
 * How values are spread: three numbers for each bucket, its left edge, its right edge and how many values lie in it, as
 * TensorBoard's plugin of histograms has them. The last bucket holds its right edge too. Values that are no finite
 * numbers are left out; equal ones are one bucket of width 1.
 */
export function histogramOf(values: Float32Array, buckets = BUCKETS): Float64Array {
  // By index: for tens of millions of values, an iterator takes many times as long.
  let [min, max, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value - value !== 0) continue;
    count++;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (count === 0) return new Float64Array(0);
  if (min === max) return Float64Array.of(min - 0.5, max + 0.5, count);
  const rows = new Float64Array(3 * buckets);
  const width = (max - min) / buckets;
  for (let i = 0; i < buckets; i++) {
    rows[3 * i] = min + i * width;
    rows[3 * i + 1] = i === buckets - 1 ? max : min + (i + 1) * width;
  }
  const counts = new Float64Array(buckets);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value - value !== 0) continue;
    const bucket = Math.floor((value - min) / width);
    counts[bucket < buckets ? bucket : buckets - 1]++;
  }
  for (let i = 0; i < buckets; i++) rows[3 * i + 2] = counts[i];
  return rows;
}
