import { spawnSync } from 'node:child_process';

const MINUTE = 60_000;

/**
 * Runs commands, each a program with its arguments, up to the first that fails; says how it failed. A command that takes too long
 * is ended.
 */
export function firstFailure(
  commands: readonly (readonly string[])[],
  env: NodeJS.ProcessEnv = {},
): string | undefined {
  for (const [program, ...argv] of commands) {
    const { status, signal, error, stderr, stdout } = spawnSync(program, argv, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 4 * MINUTE,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', ...env },
    });
    if (status === 0) continue;
    const reason = error?.message ?? (signal === null ? `exit code ${status}` : `ended by ${signal}`);
    const lastLine = `${stdout}\n${stderr}`.trim().split('\n').at(-1) ?? '';
    return `${[program, ...argv].join(' ')}: ${reason}: ${lastLine}`;
  }
  return undefined;
}
