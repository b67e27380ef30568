import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a path has wildcards: `*` and `?` within a name, `[abc]`, and `**` for any folders. */
export function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
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
 * parts. Names that begin with a dot match only where the pattern says the dot. Node 20 has no such function.
 */
export function glob(pattern: string): string[] {
  const base = globBase(pattern);
  const parts = pattern.split('/').slice(base === '.' && !pattern.startsWith('./') ? 0 : depthOf(base));
  const found = new Set<string>();
  walk(base, '', parts, found);
  return [...found].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

const depthOf = (base: string) => (base === '/' ? 1 : base.split('/').length);

function walk(base: string, relative: string, [part, ...rest]: readonly string[], found: Set<string>): void {
  for (const entry of entriesOf(join(base, relative))) {
    const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
    const isHidden = entry.name.startsWith('.');
    if (part === '**') {
      if (entry.isDirectory() && !isHidden) walk(base, path, [part, ...rest], found);
      continue;
    }
    if ((isHidden && !part.startsWith('.')) || !matches(entry.name, part)) continue;
    if (rest.length > 0) {
      if (entry.isDirectory()) walk(base, path, rest, found);
    } else if (!entry.isDirectory()) found.add(path);
  }
  if (part === '**') walk(base, relative, rest.length > 0 ? rest : ['*'], found);
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function matches(name: string, part: string): boolean {
  const source = part.replace(/\[!?[^\]]+\]|[\s\S]/g, (piece) => {
    if (piece === '*') return '[^/]*';
    if (piece === '?') return '[^/]';
    if (piece.length > 1) return `[${piece.slice(1, -1).replace(/^!/, '^').replace(/\\/g, '\\\\')}]`;
    return piece.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`).test(name);
}
