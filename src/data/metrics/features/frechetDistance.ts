import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from 'ml-matrix';
import { type FeatureSet, meanFeatures } from './featureSet.js';

/**
 * The Fréchet distance of two sets of features, each taken as a Gaussian with mean μ and covariance Σ (over n - 1); with
 * the features of Inception it is the FID of Heusel et al., "GANs trained by a two time-scale update rule converge to a
 * local Nash equilibrium" (2017):
 *
 *   d² = |μx - μy|² + tr(Σx + Σy - 2 (Σx Σy)^½)
 *
 * NaN where a set has fewer than two images. Fewer images than features make it larger than it would be with more: it is to
 * be compared with that of as many images alone.
 */
export function frechetDistance(x: FeatureSet, y: FeatureSet): number {
  if (x.count < 2 || y.count < 2) return Number.NaN;
  const [means, deviations] = [[meanFeatures(x), meanFeatures(y)], [] as Matrix[]];
  for (const [i, set] of [x, y].entries()) deviations.push(deviationsOf(set, means[i]));
  const [dx, dy] = deviations;
  const apart = means[0].reduce((sum, mean, i) => sum + (mean - means[1][i]) ** 2, 0);
  return apart + squares(dx) + squares(dy) - 2 * traceOfRoot(dx, dy);
}

/** X with Σ = XᵀX: a row an image, its distance from the mean by √(n - 1). */
function deviationsOf({ count, dimensions, data }: FeatureSet, mean: Float64Array): Matrix {
  const root = Math.sqrt(count - 1);
  const matrix = new Matrix(count, dimensions);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < dimensions; j++) matrix.set(i, j, (data[i * dimensions + j] - mean[j]) / root);
  }
  return matrix;
}

/** tr XᵀX */
function squares(matrix: Matrix): number {
  return matrix.norm('frobenius') ** 2;
}

/**
 * tr (XᵀX YᵀY)^½, the sum of the singular values of XYᵀ. Where there are more images than features, X is replaced by Λ^½Qᵀ of
 * XᵀX = QΛQᵀ, so that no matrix has more rows than there are features.
 */
function traceOfRoot(x: Matrix, y: Matrix): number {
  const [a, b] = [x, y].map(shortened);
  const values = new SingularValueDecomposition(a.mmul(b.transpose()), {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
    autoTranspose: true,
  }).diagonal;
  return values.reduce((sum, value) => sum + value, 0);
}

function shortened(x: Matrix): Matrix {
  if (x.rows <= x.columns) return x;
  const covariance = x.transpose().mmul(x);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const roots = realEigenvalues.map((value) => Math.sqrt(Math.max(0, value)));
  return Matrix.diag(roots).mmul(eigenvectorMatrix.transpose());
}
