/** The features of many images, one row for each. */
export interface FeatureSet {
  readonly count: number;
  readonly dimensions: number;
  /** f32[count, dimensions] */
  readonly data: Float32Array;
}

/** Rows of equal length as a set. */
export function featureSet(rows: readonly Float32Array[]): FeatureSet {
  const dimensions = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * dimensions);
  for (const [i, row] of rows.entries()) data.set(row, i * dimensions);
  return { count: rows.length, dimensions, data };
}

/** Some of the images. */
export function rowsOf({ dimensions, data }: FeatureSet, from: number, to: number): FeatureSet {
  return { count: to - from, dimensions, data: data.subarray(from * dimensions, to * dimensions) };
}

/** The inner product of one image's features with another's. */
export function dot(x: FeatureSet, i: number, y: FeatureSet, j: number): number {
  const { dimensions } = x;
  const [a, b] = [x.data, y.data];
  let sum = 0;
  for (let k = 0, p = i * dimensions, q = j * dimensions; k < dimensions; k++) sum += a[p + k] * b[q + k];
  return sum;
}

/** The mean of each feature. */
export function meanFeatures({ count, dimensions, data }: FeatureSet): Float64Array {
  const mean = new Float64Array(dimensions);
  for (let i = 0; i < data.length; i++) mean[i % dimensions] += data[i];
  return mean.map((sum) => sum / count);
}
