import { Pix2PixError } from '../../src/base/errors/pix2pixError.js';

/** Milliseconds until a run counts as in use: a thread that has just been ended still has its lock for a moment. */
const PATIENCE = 2000;

/**
 * Does something with a run that no other tab may touch meanwhile: two that save one run destroy its only checkpoint.
 * @throws Pix2PixError when another tab has the run
 */
export async function withRun<Result>(run: string, action: () => Promise<Result>): Promise<Result> {
  let isHeld = false;
  try {
    return await navigator.locks.request(`run ${run}`, { signal: AbortSignal.timeout(PATIENCE) }, () => {
      isHeld = true;
      return action();
    });
  } catch (error) {
    if (isHeld) throw error;
    throw new Pix2PixError('this run is in use in another tab', { run }, 'pause it there, or close that tab');
  }
}
