/**
 * Points of one scalar, in the order of their steps, thinned where there are too many: of each stretch the lowest and
 * the highest value stay, so that no spike is lost.
 */
export interface Series {
  readonly run: string;
  readonly tag: string;
  /** Points that there are in the range that was asked for. */
  readonly count: number;
  /** Whether all of them are here. */
  readonly isExact: boolean;
  /** Images since the start of the run. */
  readonly steps: readonly number[];
  /** Milliseconds since 1970. */
  readonly walls: readonly number[];
  /** Null where it was no finite number. */
  readonly values: readonly (number | null)[];
}

/** Which points of which scalars. */
export interface SeriesQuery {
  readonly runs: readonly string[];
  readonly tags: readonly string[];
  /** Both ends belong to the range; left out, it has no end there. */
  readonly fromStep?: number;
  readonly toStep?: number;
  /** At most so many points a series; 1000 unless said. */
  readonly points?: number;
}
