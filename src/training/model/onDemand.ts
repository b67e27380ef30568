/** Results by name, each fetched from the device when it is asked for. */
export type OnDemand<T> = ReadonlyMap<string, () => Promise<T>>;

/** The results of these names that there are, in this order. All are asked for at once, before another run follows. */
export async function fetchAll<T>(
  names: readonly string[],
  results: OnDemand<T>,
): Promise<Record<string, T>> {
  const known = names.filter((name) => results.has(name));
  const fetched = await Promise.all(known.map((name) => results.get(name)!()));
  return Object.fromEntries(known.map((name, i) => [name, fetched[i]]));
}
