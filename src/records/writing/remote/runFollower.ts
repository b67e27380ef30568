import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine } from '../../../base/commandLine.js';
import { reasonOf } from './reason.js';
import type { RemoteTracker } from './remoteTracker.js';
import { RunSender } from './runSender.js';

export interface FollowerOptions {
  /** The session of `run.json` that is under way. */
  readonly session: string;
  /** A `warning` is shown even with `--quiet`. */
  readonly say: (kind: 'message' | 'warning', text: string) => void;
  /** Milliseconds between two checks of the record; default 2000. */
  readonly interval?: number;
  /** Milliseconds before a failed piece is sent again; each time twice as long, up to a minute. Default 1000. */
  readonly backOff?: number;
  /** How long the end of a training waits for an answer; default 10,000 ms, and a second more for each MB of a file. */
  readonly patience?: number;
  /** How long it waits for a service that goes on answering; default 60,000 ms. */
  readonly mostPatience?: number;
}

const LONGEST_BACK_OFF = 60_000;
/** Milliseconds after which a message says why the program has not ended yet. */
const NOTICE = 1000;
/** Milliseconds between two checks of how long the service has not answered. */
const WATCH = 20;
/** The slowest rate at which a file may be sent without being taken for silence of the service. */
const BYTES_PER_MILLISECOND = 1000;

/**
 * Follows a run that is being written and sends it on to a tracker. The record in the run's folder is complete without
 * it, and where it has got to is kept there as well; so whatever happens to the service, training does not notice, and
 * what was missed is sent by the next session or by `pix2pix runs sync`.
 *
 * ```
 * const follower = new RunFollower(folder, tracker, { session: session.id, say });
 * // ... the training ...
 * await follower.finish();
 * ```
 */
export class RunFollower {
  private readonly sender: RunSender;
  private readonly running: Promise<void>;
  /** Ends everything under way. */
  private readonly giveUp = new AbortController();
  /** Ends a pause. */
  private wake = new AbortController();
  private isFinishing = false;
  /** When the service last took something, or was first waited for. */
  private heardAt = performance.now();
  private failures = 0;
  /** The reason that is reported when an answer was no longer waited for. */
  private lastReason = 'no answer in time';
  /** Whether a person has been told so. */
  private isAway = false;

  /** Starts following at once. */
  constructor(
    folder: string,
    private readonly tracker: RemoteTracker,
    private readonly options: FollowerOptions,
  ) {
    const { session, say } = options;
    this.sender = new RunSender(folder, tracker, {
      session,
      say: (text) => say('warning', text),
      signal: this.giveUp.signal,
    });
    this.running = this.follow();
  }

  /**
   * To be called when the run's files are complete: sends the rest, for as long as the service accepts it, and stops.
   * Never throws.
   */
  async finish(): Promise<void> {
    const { mostPatience = 60_000, say } = this.options;
    this.isFinishing = true;
    this.heardAt = performance.now();
    this.failures = 0;
    this.wake.abort();
    const notice = setTimeout(() => say('message', `sending the rest to ${this.tracker.name}`), NOTICE);
    const deadline = setTimeout(() => this.giveUp.abort(), mostPatience);
    const watch = setInterval(() => this.isSilent() && this.giveUp.abort(), WATCH);
    await this.running;
    clearTimeout(notice);
    clearTimeout(deadline);
    clearInterval(watch);
  }

  private async follow(): Promise<void> {
    for (;;) {
      try {
        const isOver = this.isFinishing;
        const wasPiece = await this.sender.sendNext(isOver);
        this.succeeded();
        if (!wasPiece && isOver) return;
        await this.pause(wasPiece ? 0 : (this.options.interval ?? 2000));
      } catch (error) {
        this.failures++;
        const reason = this.giveUp.signal.aborted ? this.lastReason : reasonOf(error);
        this.lastReason = reason;
        if (this.isFinishing && (this.giveUp.signal.aborted || this.isSilent())) return this.leave(reason);
        this.noteAbsence(reason);
        const { backOff = 1000 } = this.options;
        await this.pause(Math.min(backOff * 2 ** (this.failures - 1), LONGEST_BACK_OFF));
      }
    }
  }

  private succeeded(): void {
    if (this.isAway) this.options.say('message', `${this.tracker.name} is back, and gets what it has missed`);
    this.isAway = false;
    this.heardAt = performance.now();
    this.failures = 0;
  }

  /** A single failure is not reported: the next try is soon. */
  private noteAbsence(reason: string): void {
    if (this.isAway || this.failures < 2 || this.isFinishing) return;
    this.isAway = true;
    this.options.say(
      'warning',
      `${this.tracker.name} takes nothing (${reason}): training goes on, and what it misses is sent later`,
    );
  }

  private leave(reason: string): void {
    const { name } = this.tracker;
    this.options.say(
      'warning',
      `${name} has not got all of the run (${reason}); it gets the rest when the run is continued, or by ${commandLine('runs', 'sync')}`,
    );
  }

  private isSilent(): boolean {
    const { patience = 10_000 } = this.options;
    return performance.now() - this.heardAt >= patience + this.sender.bytesUnderWay / BYTES_PER_MILLISECOND;
  }

  private async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.wake.signal }).catch(() => {});
    if (!this.isFinishing) return;
    this.wake = new AbortController(); // woken for the end once; later pauses last their full time
  }
}
