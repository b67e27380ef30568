import type { RunRecord } from '../runRecord.js';

/**
 * A service elsewhere that keeps runs. What it gets is read from the run's own event files, never from the training
 * itself, so that it may be slow, away or refuse: training goes on, and what was missed is sent later (RunFollower).
 *
 * Whatever a method throws means that the service cannot be reached now, and the same is sent again later; only a
 * `RemoteRefusal` means that it will never take it. An answer may get lost on its way, so the same scalar (by tag, step
 * and time), image or file may come twice, and must not count twice.
 */
export interface RemoteTracker {
  /** For messages: `MLflow at http://127.0.0.1:5000`. */
  readonly name: string;
  /** Where exactly runs go to. What was sent is remembered by it: to another place everything is sent anew. */
  readonly place: string;
  /**
   * Makes the run, or finds it where it was made before.
   *
   * @param earlier the `id` under which an earlier session left it; where that is gone, a new one is made
   * @param signal aborted when nothing can be waited for any more: what is under way then throws
   */
  begin(facts: RunFacts, earlier: string | undefined, signal: AbortSignal): Promise<RemoteRun>;
}

/** One run of a service. Its methods are called one at a time. */
export interface RemoteRun {
  /** The run's name at the service, kept to find it again. */
  readonly id: string;
  /** At most 1000 of them, in the order in which they were written. */
  scalars(points: readonly ScalarPoint[]): Promise<void>;
  image(image: RemoteImage): Promise<void>;
  /** Replaces an earlier file of that path. */
  file(file: RemoteFile): Promise<void>;
  /** A session of the run is over; another may follow. */
  end(state: RunEnd, at: number): Promise<void>;
}

/** A run as a service is told of it. */
export interface RunFacts {
  /** Of no other run, not even of the one that was in the same folder before. Letters, digits and dashes. */
  readonly id: string;
  /** The run's `--name`. */
  readonly name: string;
  /** Whether it is being trained at this moment; otherwise what it has left is sent. */
  readonly isUnderWay: boolean;
  /** The content of its `run.json`; a run that another program wrote has none. */
  readonly record?: RunRecord;
}

/** One value of a scalar. */
export interface ScalarPoint {
  readonly tag: string;
  /** Images trained on since the start of the run. */
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly wall: number;
  /** May be NaN or infinite. */
  readonly value: number;
}

/** An image of the run's event files. */
export interface RemoteImage {
  readonly tag: string;
  readonly step: number;
  readonly wall: number;
  /** The file as the event file holds it: PNG where we wrote it. */
  readonly bytes: Uint8Array;
}

/** A file of the run's folder, for a service to copy. */
export interface RemoteFile {
  /** Its name at the service, with `/`: `checkpoints/latest_net_G.safetensors`. */
  readonly path: string;
  /** Where it lies here. */
  readonly source: string;
  readonly bytes: number;
}

/** How a session ended: at its last step, because it was asked to stop, or by an error or a crash. */
export type RunEnd = 'finished' | 'stopped' | 'failed';

/** The service will not take this, now or later. It is left out and told. */
export class RemoteRefusal extends Error {
  override readonly name = 'RemoteRefusal';
}
