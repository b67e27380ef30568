/**
 * Keeps UCX, by which MPICH and Open MPI may send, from patching `mmap` and its like while threads of this process run in them:
 * that is known to crash processes (openucx/ucx, issue 3831 and pull request 9148). It does without its cache of registered memory then.
 * To be called in the main thread before MPI is loaded: another thread's environment is a copy, which no library sees.
 *
 * @param env of the process; what a person has set there stays
 */
export function withoutMemoryHooks(env: NodeJS.ProcessEnv): void {
  env.UCX_MEM_EVENTS ??= 'no';
}
