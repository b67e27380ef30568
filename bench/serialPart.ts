/** A time that falls with the threads: `serial` + `shared` / threads. */
export interface SerialFit {
  readonly serial: number;
  readonly shared: number;
}

/**
 * The line through times over 1 / threads with the least squares: what does not shrink with threads, and what they share.
 * Undefined with fewer than two counts of threads.
 */
export function fitSerialPart(
  times: readonly { readonly threads: number; readonly milliseconds: number }[],
): SerialFit | undefined {
  if (new Set(times.map(({ threads }) => threads)).size < 2) return undefined;
  const points = times.map(({ threads, milliseconds }) => ({ x: 1 / threads, y: milliseconds }));
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const shared = mean((point) => (point.x - x) * (point.y - y)) / mean((point) => (point.x - x) ** 2);
  return { serial: y - shared * x, shared };
}
