const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
};

/** Bytes of a size such as `4GB`, `900MB`, `3.5GiB` or `2000000000`; undefined if it is none. */
export function parseMemorySize(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*([kmg]i?)?b?$/i.exec(text.trim());
  if (found === null) return undefined;
  const bytes = Number(found[1]) * UNITS[(found[2] ?? '').toLowerCase()];
  return bytes >= 1 ? Math.floor(bytes) : undefined;
}

/** The problem with a `--memory_limit`, or undefined when there is none. */
export function memorySizeFault(text: string): string | undefined {
  return parseMemorySize(text) === undefined ? 'it is no size such as 4GB or 900MB' : undefined;
}
