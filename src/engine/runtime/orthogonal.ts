import type { RandomStream } from '../../base/random/stream.js';
import { fillNormal } from '../../base/random/ziggurat.js';

/**
 * Fills `out`, read as a matrix of `rows` rows, with orthonormal rows (or columns, where there are more rows than
 * columns) times `gain` (Saxe et al. 2013; PyTorch's init.orthogonal_). Normal numbers are orthonormalised by
 * Gram and Schmidt, each vector twice against those before it ("twice is enough", Giraud et al. 2005).
 */
export function fillOrthogonal(out: Float32Array, rows: number, stream: RandomStream, gain: number): void {
  const columns = out.length / rows;
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const vectors = new Float32Array(count * length);
  fillNormal(vectors, stream, 0, 1);
  for (let i = 0; i < count; i++) {
    const vector = vectors.subarray(i * length, (i + 1) * length);
    for (let pass = 0; pass < 2; pass++) subtractProjections(vector, vectors, i);
    const norm = Math.sqrt(dot(vector, vector));
    for (let k = 0; k < length; k++) vector[k] /= norm;
  }
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = rows <= columns ? row * columns + column : column * rows + row;
      out[row * columns + column] = gain * vectors[from];
    }
  }
}

function subtractProjections(vector: Float32Array, vectors: Float32Array, count: number): void {
  const { length } = vector;
  for (let j = 0; j < count; j++) {
    const other = vectors.subarray(j * length, (j + 1) * length);
    const projection = dot(vector, other);
    for (let k = 0; k < length; k++) vector[k] -= projection * other[k];
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
