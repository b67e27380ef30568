import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import { acquireRunLock } from '../../../checkpoints/runLock.js';
import { reasonOf } from './reason.js';
import type { RemoteTracker } from './remoteTracker.js';
import { RunSender } from './runSender.js';

/** Settings of `syncRun`. */
export interface SyncOptions {
  readonly signal?: AbortSignal;
  /** Told what the service will not take. */
  readonly say?: (text: string) => void;
}

/**
 * Sends a run that is not being trained to a tracker: all that the tracker has not got yet.
 *
 * @param folder the run's
 * @returns whether there was anything to send
 * @throws Pix2PixError where the run is being trained, or the service cannot be reached; what it took stays taken
 */
export async function syncRun(
  folder: string,
  tracker: RemoteTracker,
  { signal = new AbortController().signal, say = () => {} }: SyncOptions = {},
): Promise<boolean> {
  const lock = acquireRunLock(folder);
  try {
    const sender = new RunSender(folder, tracker, { signal, say });
    let pieces = 0;
    while (await sender.sendNext(true)) pieces++;
    return pieces > 0;
  } catch (error) {
    if (error instanceof Pix2PixError) throw error;
    throw new Pix2PixError(
      'the run could not be sent',
      { to: tracker.name, reason: reasonOf(error) },
      'once it can be reached, run the same command again: it goes on where this one stopped',
      { cause: error },
    );
  } finally {
    lock.release();
  }
}
