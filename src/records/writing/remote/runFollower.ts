import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine } from '../../../base/commandLine.js';
import { reasonOf } from './reason.js';
import type { RemoteTracker } from './remoteTracker.js';
import { RunSender } from './runSender.js';

export interface FollowerOptions {
  /** The session of `run.json` that is under way. */
  readonly session: string;
  /** A `warning` is to be seen by whoever wants to see little. */
  readonly say: (kind: 'message' | 'warning', text: string) => void;
  /** Milliseconds between two looks at the record; default 2000. */
  readonly interval?: number;
  /** Milliseconds before a failed piece is sent again; each time twice as long, up to a minute. Default 1000. */
  readonly backOff?: number;
  /** How long the end of a training waits for an answer; default 10,000 ms, and a second more for each MB of a file. */
  readonly patience?: number;
  /** How long it waits for a service that goes on answering; default 60,000 ms. */
  readonly mostPatience?: number;
}

const LONGEST_BACK_OFF = 60_000;
/** Milliseconds after which a person is told why the end is not the end yet. */
const NOTICE = 1000;
/** Milliseconds between two looks at how long nothing has been heard. */
const WATCH = 20;
/** What a file may take to be sent, so that it does not pass for silence. */
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
  /** What to tell where it was not waited for an answer any longer. */
  private lastReason = 'no answer in time';
  /** Whether a person has been told so. */
  private isAway = false;

  /** Begins at once; there is nothing to wait for. */
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
   * The run's files have got all that they get: sends the rest, as long as the service takes it, and lets go. Never
   * throws.
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

  /** One failure alone is told to nobody: the next try is soon. */
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
    this.wake = new AbortController(); // once woken for the end, pauses are pauses again
  }
}
