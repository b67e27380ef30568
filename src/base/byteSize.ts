const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes for people, with three digits that count: `512 B`, `12.4 MB`, `1.44 GB`. A kB is 1000 bytes. */
export function formatBytes(bytes: number): string {
  let [value, power] = [bytes, 0];
  while (value >= 999.5 && power < UNITS.length - 1) [value, power] = [value / 1000, power + 1];
  return `${power === 0 || value >= 999.5 ? Math.round(value) : value.toPrecision(3)} ${UNITS[power]}`;
}
