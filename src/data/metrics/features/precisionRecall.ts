import { dot, type FeatureSet } from './featureSet.js';

/** Neighbours by which the extent of a set is told, as in the paper. */
const NEIGHBOURS = 3;

/** 0 ... 1; NaN where a set has too few images to have so many neighbours. */
export interface PrecisionRecall {
  /** The part of what is made that lies where targets are: how good it is. */
  readonly precision: number;
  /** The part of the targets that lies where what is made is: how varied it is. */
  readonly recall: number;
}

/**
 * Precision and recall of Kynkäänniemi et al., "Improved precision and recall metric for assessing generative models"
 * (2019): a point lies where a set is when it is nearer to one of the set's points than that one's third nearest neighbour.
 */
export function precisionRecall(made: FeatureSet, wanted: FeatureSet): PrecisionRecall {
  return { precision: partWithin(made, wanted), recall: partWithin(wanted, made) };
}

/** The part of the points that lies where the set is. */
function partWithin(points: FeatureSet, set: FeatureSet): number {
  if (set.count <= NEIGHBOURS || points.count === 0) return Number.NaN;
  const radii = Float64Array.from({ length: set.count }, (_, i) => radius(set, i));
  const [norms, setNorms] = [normsOf(points), normsOf(set)];
  let inside = 0;
  for (let i = 0; i < points.count; i++) {
    const isNear = (radius: number, j: number) =>
      norms[i] + setNorms[j] - 2 * dot(points, i, set, j) < radius;
    if (radii.some(isNear)) inside++;
  }
  return inside / points.count;
}

/** The squared distance of a point from its third nearest neighbour in its set. */
function radius(set: FeatureSet, i: number): number {
  const nearest = new Float64Array(NEIGHBOURS).fill(Number.POSITIVE_INFINITY);
  const own = dot(set, i, set, i);
  for (let j = 0; j < set.count; j++) {
    if (j === i) continue;
    const distance = own + dot(set, j, set, j) - 2 * dot(set, i, set, j);
    if (distance >= nearest[NEIGHBOURS - 1]) continue;
    nearest[NEIGHBOURS - 1] = distance;
    nearest.sort();
  }
  return nearest[NEIGHBOURS - 1];
}

function normsOf(set: FeatureSet): Float64Array {
  return Float64Array.from({ length: set.count }, (_, i) => dot(set, i, set, i));
}
