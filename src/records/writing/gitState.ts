import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RunSession } from './runRecord.js';

const execute = promisify(execFile);
/** Milliseconds: the status of a large repository on a slow disk takes long, and nothing waits for it. */
const PATIENCE = 10_000;

/**
 * The commit that is checked out in a folder, and whether its tracked files differ from it. Undefined where that is no
 * git repository, there is no git, it takes too long, or `signal` ends it.
 */
export async function gitState(folder: string, signal?: AbortSignal): Promise<RunSession['git']> {
  const git = async (...argv: string[]) => {
    // Without optional locks: somebody may be committing meanwhile.
    const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
    const { stdout } = await execute('git', argv, { cwd: folder, timeout: PATIENCE, signal, env });
    return stdout.trim();
  };
  try {
    const [commit, branch, changes] = await Promise.all([
      git('rev-parse', 'HEAD'),
      git('symbolic-ref', '--quiet', '--short', 'HEAD').catch(() => undefined), // a detached HEAD
      git('status', '--porcelain', '--untracked-files=no'),
    ]);
    return { commit, branch, isDirty: changes !== '' };
  } catch {
    return undefined;
  }
}
