/** A word as a shell takes it: in quotes where it holds anything that a shell reads as its own. */
export function quoted(path: string): string {
  return /^[\w./:\\@%+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
