/** Buckets that a series has at most; it keeps the lowest and the highest point of each. */
const CAPACITY = 1024;
const FIRST_ALLOCATION = 32;

/** The columns of a bucket. Its points are those from `PLACE` to the next bucket's. */
const PLACE = 0;
const FIRST_STEP = 1;
const COUNT = 2;
const LOW = 3; // step, wall, value
const HIGH = 6;
const WIDTH = 9;

/** The columns of what is marked of the whole series. */
const FIRST = 0;
const LAST = 3;
const LOWEST = 6;
const HIGHEST = 9;

export interface Point {
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly wall: number;
  /** NaN where it was no finite number. */
  readonly value: number;
}

/** Where the points of a range of steps stand in the run's event files, see `EventLog`. */
export interface PlaceRange {
  readonly from: number;
  readonly to: number;
}

/**
 * A series of any length in bounded memory: up to 1024 buckets of equally many points, in the order in which they were
 * written. Full, neighbours merge, so that a bucket holds 1, 2, 4 ... points. The lowest and the highest finite point of
 * each bucket are exact, and so is everything while there are no more points than buckets.
 */
export class SeriesSummary {
  private rows = new Float64Array(FIRST_ALLOCATION * WIDTH);
  private buckets = 0;
  /** Points that a full bucket holds. */
  private perBucket = 1;
  count = 0;
  /** Whether steps never went back. */
  isOrdered = true;
  /** Step, wall and value of the first point, the last, the lowest and the highest; in place, as a million points pass. */
  private readonly marked = new Float64Array(12).fill(Number.NaN);

  constructor(private readonly capacity = CAPACITY) {}

  get first(): Point | undefined {
    return this.count === 0 ? undefined : at(this.marked, FIRST);
  }

  get last(): Point | undefined {
    return this.count === 0 ? undefined : at(this.marked, LAST);
  }

  /** Of the finite ones. */
  get lowest(): Point | undefined {
    return Number.isNaN(this.marked[LOWEST + 2]) ? undefined : at(this.marked, LOWEST);
  }

  get highest(): Point | undefined {
    return Number.isNaN(this.marked[HIGHEST + 2]) ? undefined : at(this.marked, HIGHEST);
  }

  /** @param place of the record that holds it */
  add(step: number, wall: number, value: number, place: number): void {
    const { marked } = this;
    const finite = value - value === 0 ? value : Number.NaN;
    if (step < marked[LAST]) this.isOrdered = false;
    if (this.count++ === 0) set(marked, FIRST, step, wall, finite);
    set(marked, LAST, step, wall, finite);
    keepExtremes(marked, LOWEST, HIGHEST, step, wall, finite);
    const open = (this.buckets - 1) * WIDTH;
    if (this.buckets > 0 && this.rows[open + COUNT] < this.perBucket) {
      this.rows[open + COUNT]++;
      keepExtremes(this.rows, open + LOW, open + HIGH, step, wall, finite);
    } else this.append(step, wall, finite, place);
  }

  private append(step: number, wall: number, value: number, place: number): void {
    if (this.buckets === this.capacity) this.mergeNeighbours();
    if (this.buckets * WIDTH === this.rows.length) {
      const grown = new Float64Array(Math.min(this.rows.length * 2, this.capacity * WIDTH));
      grown.set(this.rows);
      this.rows = grown;
    }
    const row = this.buckets++ * WIDTH;
    set(this.rows, row, place, step, 1);
    set(this.rows, row + LOW, step, wall, value);
    set(this.rows, row + HIGH, step, wall, value);
  }

  private mergeNeighbours(): void {
    const { rows } = this;
    for (let i = 0; i < this.buckets; i += 2) {
      const [to, a, b] = [(i / 2) * WIDTH, i * WIDTH, (i + 1) * WIDTH];
      rows.copyWithin(to, a, a + WIDTH);
      if (i + 1 < this.buckets) mergeInto(rows, to, rows, b);
    }
    this.buckets = Math.ceil(this.buckets / 2);
    this.perBucket *= 2;
  }

  /**
   * The points from `fromStep` to `toStep`, both included, thinned to about `limit`; `count` is of the points that the
   * range's buckets hold, and `isExact` says that these are all of them.
   */
  points(
    fromStep: number,
    toStep: number,
    limit: number,
  ): { points: Point[]; count: number; isExact: boolean } {
    const chosen = this.bucketsOf(fromStep, toStep);
    const { rows } = this;
    const isInside = ({ step }: Point) => step >= fromStep && step <= toStep;
    const held = chosen.reduce((sum, row) => sum + rows[row + COUNT], 0);
    if (held === chosen.length) {
      const all = chosen.map((row) => at(rows, row + LOW)).filter(isInside);
      if (all.length <= limit) return { points: all.sort(byStep), count: all.length, isExact: true };
    }
    const points: Point[] = [];
    const group = Math.max(1, Math.ceil(chosen.length / Math.max(1, Math.floor(limit / 2))));
    for (let i = 0; i < chosen.length; i += group) points.push(...this.extremes(chosen.slice(i, i + group)));
    for (const end of [this.first, this.last]) if (end !== undefined) points.push(end);
    const inRange = points.filter(isInside).sort(byStep);
    return { points: inRange.filter(isFirstOfItsKind), count: held, isExact: false };
  }

  /** The lowest and the highest point of some buckets. */
  private extremes(buckets: readonly number[]): Point[] {
    const merged = new Float64Array(WIDTH);
    merged.set(this.rows.subarray(buckets[0], buckets[0] + WIDTH));
    for (const row of buckets.slice(1)) mergeInto(merged, 0, this.rows, row);
    return [at(merged, LOW), at(merged, HIGH)];
  }

  /**
   * Where to read for more detail than `points` gives: undefined where it gives all there is, or `limit` points.
   */
  detailOf(fromStep: number, toStep: number, limit: number): PlaceRange | undefined {
    const chosen = this.bucketsOf(fromStep, toStep);
    if (chosen.length * 2 >= limit || chosen.every((row) => this.rows[row + COUNT] === 1)) return undefined;
    if (!this.isOrdered) return { from: 0, to: Number.POSITIVE_INFINITY };
    const after = chosen[chosen.length - 1] + WIDTH;
    const isLast = after >= this.buckets * WIDTH;
    return {
      from: this.rows[chosen[0] + PLACE],
      to: isLast ? Number.POSITIVE_INFINITY : this.rows[after + PLACE],
    };
  }

  /** Where the rows of the buckets begin that may hold points of the range. */
  private bucketsOf(fromStep: number, toStep: number): number[] {
    const { rows } = this;
    const chosen: number[] = [];
    for (let i = 0; i < this.buckets; i++) {
      const row = i * WIDTH;
      const nextStep = i + 1 < this.buckets ? rows[row + WIDTH + FIRST_STEP] : this.marked[LAST];
      const isInside = rows[row + FIRST_STEP] <= toStep && nextStep >= fromStep;
      if (isInside || !this.isOrdered) chosen.push(row);
    }
    return chosen;
  }

  /** Plain data, to be kept; `restore` makes a series of it again. */
  state() {
    const { buckets, perBucket, count, isOrdered } = this;
    return {
      rows: this.rows.slice(0, buckets * WIDTH),
      marked: this.marked,
      buckets,
      perBucket,
      count,
      isOrdered,
    };
  }

  static restore({ rows, marked, ...state }: ReturnType<SeriesSummary['state']>): SeriesSummary {
    const series = new SeriesSummary();
    const room = Math.max(FIRST_ALLOCATION, 2 ** Math.ceil(Math.log2(state.buckets || 1)));
    series.rows = new Float64Array(Math.min(CAPACITY, room) * WIDTH);
    series.rows.set(rows);
    series.marked.set(marked);
    return Object.assign(series, state);
  }
}

function set(rows: Float64Array, at: number, a: number, b: number, c: number): void {
  rows[at] = a;
  rows[at + 1] = b;
  rows[at + 2] = c;
}

function keepExtremes(
  rows: Float64Array,
  low: number,
  high: number,
  step: number,
  wall: number,
  value: number,
): void {
  // Not >=: what is kept may be NaN, which gives way to any number.
  if (value < rows[low + 2] || Number.isNaN(rows[low + 2])) set(rows, low, step, wall, value);
  if (value > rows[high + 2] || Number.isNaN(rows[high + 2])) set(rows, high, step, wall, value);
}

function at(rows: Float64Array, column: number): Point {
  return { step: rows[column], wall: rows[column + 1], value: rows[column + 2] };
}

function mergeInto(rows: Float64Array, row: number, others: Float64Array, other: number): void {
  rows[row + COUNT] += others[other + COUNT];
  for (const column of [LOW, HIGH]) {
    const from = other + column;
    const value = others[from + 2];
    if (!Number.isNaN(value))
      keepExtremes(rows, row + LOW, row + HIGH, others[from], others[from + 1], value);
  }
}

function byStep(a: Point, b: Point): number {
  return a.step - b.step || a.wall - b.wall;
}

function isFirstOfItsKind(point: Point, i: number, all: readonly Point[]): boolean {
  const before = all[i - 1];
  return (
    before === undefined ||
    before.step !== point.step ||
    before.wall !== point.wall ||
    !Object.is(before.value, point.value)
  );
}
