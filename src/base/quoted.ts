/** The shells' two ways with quotes. */
export type Shell = 'posix' | 'windows';

/** A word as a shell takes it: in quotes where it holds anything that a shell reads as its own. */
export function quoted(word: string, shell: Shell = 'posix'): string {
  if (shell === 'windows') return /^[\w./:\\@+=,-]+$/.test(word) ? word : `"${word.replaceAll('"', '\\"')}"`;
  return /^[\w./:@%+,-][\w./:@%+=,-]*$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
