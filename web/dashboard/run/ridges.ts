import type { Histogram } from '../../../src/records/dashboard/api.js';

/** One histogram as an outline, nearer to the front the newer it is. */
export interface Ridge {
  readonly step: number;
  /** From 0, the oldest, to 1. */
  readonly age: number;
  /** Of an SVG path. */
  readonly path: string;
}

export interface RidgeBox {
  readonly width: number;
  readonly height: number;
  /** How high the highest outline is. */
  readonly rise: number;
}

/** The stretch that all histograms cover together. */
export function rangeOf(histograms: readonly Histogram[]): { readonly min: number; readonly max: number } {
  const edges = histograms.flatMap(({ buckets }) => [buckets[0][0], buckets[buckets.length - 1][1]]);
  const [min, max] = [Math.min(...edges), Math.max(...edges)];
  return max > min ? { min, max } : { min: min - 0.5, max: max + 0.5 };
}

/**
 * The outlines of some histograms behind each other, each as high as the others. Heights within one are shares of the values
 * by width, so that buckets of unequal width compare.
 */
export function ridgesOf(histograms: readonly Histogram[], { width, height, rise }: RidgeBox): Ridge[] {
  const { min, max } = rangeOf(histograms);
  const densities = histograms.map(({ buckets }) => {
    const total = buckets.reduce((sum, [, , count]) => sum + count, 0);
    return buckets.map(([left, right, count]) => (right > left ? count / (total || 1) / (right - left) : 0));
  });
  const highest = densities.map((each) => Math.max(...each, Number.MIN_VALUE));
  const x = (value: number) => round(((value - min) / (max - min)) * width);
  return histograms.map(({ step, buckets }, i) => {
    const age = histograms.length > 1 ? i / (histograms.length - 1) : 1;
    const base = rise + age * (height - rise);
    const y = (density: number) => round(base - (density / highest[i]) * rise);
    const tops = buckets.map(([left, right], j) => `L${x((left + right) / 2)} ${y(densities[i][j])}`);
    const [first, last] = [x(buckets[0][0]), x(buckets[buckets.length - 1][1])];
    return { step, age, path: `M${first} ${round(base)}${tops.join('')}L${last} ${round(base)}` };
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
