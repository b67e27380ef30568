/**
 * The matrices of Winograd's minimal filtering F(m, r): m outputs of an r-tap correlation from n = m + r - 1 inputs by
 * n multiplications, y = Aᵀ((G g) ⊙ (Bᵀ d)) (Lavin and Gray 2016, "Fast algorithms for convolutional neural
 * networks"; made by Toom and Cook's interpolation at the points below and at infinity).
 */
export interface FilteringMatrices {
  /** m × n */
  readonly outputs: Matrix;
  /** n × r */
  readonly taps: Matrix;
  /** n × n */
  readonly inputs: Matrix;
}

/** Rows of numbers. */
export type Matrix = readonly (readonly number[])[];

/** Small points keep rounding errors small. */
const POINTS = [0, 1, -1, 0.5, -0.5, 2, -2];

/** F(m, r) for m + r ≤ 9. */
export function minimalFiltering(m: number, r: number): FilteringMatrices {
  const count = m + r - 2;
  const points = POINTS.slice(0, count);
  const others = (i: number) => points.filter((_, j) => j !== i);
  const denominator = (i: number) => others(i).reduce((product, p) => product * (points[i] - p), 1);
  const powers = (length: number, p: number) => Array.from({ length }, (_, k) => p ** k);
  const last = (length: number) => powers(length, 0).map((_, k) => Number(k === length - 1));
  const columns = [...points.map((p) => powers(m, p)), last(m)];
  return {
    outputs: powers(m, 0).map((_, row) => columns.map((column) => column[row])),
    taps: [...points.map((p, i) => powers(r, p).map((x) => x / denominator(i))), last(r)],
    inputs: [...points.map((_, i) => [...polynomial(others(i)), 0]), polynomial(points)],
  };
}

/** Coefficients of the product of (x - root), lowest first. */
function polynomial(roots: readonly number[]): number[] {
  let coefficients = [1];
  for (const root of roots) {
    const lower = coefficients;
    coefficients = Array.from(
      { length: lower.length + 1 },
      (_, k) => (lower[k - 1] ?? 0) - root * (lower[k] ?? 0),
    );
  }
  return coefficients;
}

/** The Kronecker product: applies `a` along rows and `b` along columns of what is laid out row by row. */
export function kronecker(a: Matrix, b: Matrix): number[][] {
  return a.flatMap((rowA) => b.map((rowB) => rowA.flatMap((x) => rowB.map((y) => x * y))));
}
