import { globSync } from 'tinyglobby';

const WILDCARD = /[*?[]|\{[^/]*(,|\.\.)[^/]*\}/;

/** Whether a path has wildcards: `*` and `?` within a name, `[abc]`, `{a,b}`, and `**` for any folders. */
export function isGlob(path: string): boolean {
  return WILDCARD.test(path);
}

/** A pattern's folder before its first wildcard: `in` of `in/*.png`. */
export function globBase(pattern: string): string {
  const parts = pattern.split('/');
  const fixed = parts.slice(0, parts.findIndex(isGlob));
  if (fixed.length === 1 && fixed[0] === '') return '/';
  return fixed.join('/') || '.';
}

/**
 * The files that a pattern matches, in code-unit order, as paths below `globBase(pattern)` with '/' between their
 * parts. Names that begin with a dot match only where the pattern says the dot. Folders that are links are not entered.
 */
export function glob(pattern: string): string[] {
  const base = globBase(pattern);
  const below = pattern.slice(pattern.startsWith(`${base}/`) ? base.length + 1 : base === '/' ? 1 : 0);
  const found = globSync(literally(below), {
    cwd: base,
    expandDirectories: false,
    extglob: false,
    followSymbolicLinks: false,
  });
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Escapes what means something to the library and nothing to a shell: names of photos have brackets and such. */
function literally(pattern: string): string {
  return pattern.replace(/[()|+@]|^!/g, '\\$&');
}
