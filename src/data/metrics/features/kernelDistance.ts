import { dot, type FeatureSet, rowsOf } from './featureSet.js';

/** Images that are compared at a time, as by other implementations; theirs are drawn by chance. */
const SUBSET = 1000;

/**
 * The kernel distance of two sets of features, KID with those of Inception (Bińkowski et al., "Demystifying MMD GANs",
 * 2018): the unbiased estimate of the squared maximum mean discrepancy with the kernel k(a, b) = (a·b / d + 1)³. Of more than
 * 1,000 images it is the mean over the first thousand of each set, the second, and so on. NaN where a set has fewer
 * than two.
 */
export function kernelDistance(x: FeatureSet, y: FeatureSet): number {
  const common = Math.min(x.count, y.count);
  const subsets = Math.max(1, Math.floor(common / SUBSET));
  if (subsets === 1) return discrepancy(x, y);
  let sum = 0;
  for (let i = 0; i < subsets; i++) {
    const [from, to] = [i * SUBSET, (i + 1) * SUBSET];
    sum += discrepancy(rowsOf(x, from, to), rowsOf(y, from, to));
  }
  return sum / subsets;
}

function discrepancy(x: FeatureSet, y: FeatureSet): number {
  let across = 0;
  for (let i = 0; i < x.count; i++) for (let j = 0; j < y.count; j++) across += kernel(x, i, y, j);
  return within(x) + within(y) - (2 * across) / (x.count * y.count);
}

/** The mean over the pairs of two different images. */
function within(x: FeatureSet): number {
  let sum = 0;
  for (let i = 0; i < x.count; i++) for (let j = 0; j < i; j++) sum += kernel(x, i, x, j);
  return (2 * sum) / (x.count * (x.count - 1));
}

function kernel(x: FeatureSet, i: number, y: FeatureSet, j: number): number {
  return (dot(x, i, y, j) / x.dimensions + 1) ** 3;
}
