import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The commit of this program where it runs from its repository, else `unknown`. */
export function sourceCommit(): string {
  const root = fileURLToPath(new URL('../../../', import.meta.url)); // from dist/src/inference
  if (!existsSync(join(root, '.git'))) return 'unknown'; // an installed package lies in somebody else's repository
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
