import { join } from 'node:path';
import { fileError, summaryOf, systemCode } from '../../base/files/systemError.js';
import type { RunRecord } from '../writing/runRecord.js';
import { requestSave, requestStop } from '../writing/runRequests.js';
import { SWEEP_FILE } from '../writing/sweepRecord.js';
import { parseAnnotations, readAnnotations, writeAnnotations } from './annotations.js';
import { concurrentWriters } from './concurrentWriters.js';
import { EventLog } from './eventLog.js';
import { keepReading, keptReading } from './keptReading.js';
import { requireNoLinks } from './openRegular.js';
import { Pace } from './pace.js';
import { readRecord } from './recordFile.js';
import { RunContents } from './runContents.js';
import type { Annotations, SweepOfRun } from './runSummary.js';
import { readSweepOf } from './sweepFile.js';

/** A run with less to read than so many bytes is read again rather than kept; one that grows is kept anew so often, in ms. */
const WORTH_KEEPING = 1 << 20;
const KEEP_INTERVAL = 60_000;
/** How often what is to be forgotten may turn up anew in one reading. */
const MAX_READINGS = 3;

/** One run below the log directory: what its files say, as far as they have been read. */
export class Run {
  readonly folder: string;
  readonly log: EventLog;
  contents = new RunContents();
  readonly pace = new Pace();
  record: RunRecord | undefined;
  annotations: Annotations = {};
  sweep: SweepOfRun | undefined;
  /** Whether the folder was gone when it was last looked for. */
  isGone = false;
  /** Whether everything that there was has been read once. */
  hasBeenRead = false;
  private readonly faults = new Map<string, string>();
  /** Bytes of the log that are kept, and when that was. */
  private kept = { bytes: 0, at: Number.NEGATIVE_INFINITY };
  private updating: Promise<boolean> | undefined;

  /** @param id its folder, relative to the log directory, with `/` */
  constructor(
    logDirectory: string,
    readonly id: string,
  ) {
    this.folder = join(logDirectory, id);
    this.log = new EventLog(this.folder, (problem) => this.contents.addProblem(problem));
  }

  get problems(): readonly string[] {
    const writers = concurrentWriters(this.log.files);
    const mixed =
      writers === undefined ? [] : [`two processes wrote it at the same time: ${writers.join(' and ')}`];
    return [...this.faults.values(), ...mixed, ...this.contents.problems];
  }

  /**
   * Reads what has come since. Never throws: what is wrong is among the problems.
   *
   * @param onProgress told after each piece of a long reading
   * @returns whether anything has changed
   */
  update(onProgress: () => void = () => {}): Promise<boolean> {
    this.updating ??= this.updateOnce(onProgress).finally(() => {
      this.updating = undefined;
    });
    return this.updating;
  }

  /** Reads what its small files say, which is enough for its row in the table. Never throws. */
  async readNotes(): Promise<void> {
    await this.attempt('run.json', async () => {
      this.record = await readRecord(this.folder);
    });
    await this.attempt('annotations.json', async () => {
      this.annotations = await readAnnotations(this.folder);
    });
    await this.attempt(SWEEP_FILE, async () => {
      this.sweep = await readSweepOf(this.folder, this.id);
    });
  }

  private notes(): string {
    return JSON.stringify([this.record, this.annotations, this.sweep, ...this.faults.values()]);
  }

  private async updateOnce(onProgress: () => void): Promise<boolean> {
    const before = this.notes();
    await this.readNotes();
    let change: 'same' | 'grown' | 'anew' = 'same';
    await this.attempt('', async () => {
      change = await this.log.look();
      if (!this.hasBeenRead) await this.resumeKept();
      if (change !== 'same' || !this.hasBeenRead) await this.readLog(change === 'anew', onProgress);
      if (performance.now() - this.kept.at > KEEP_INTERVAL) this.keep();
    });
    this.hasBeenRead = true;
    return (change as string) !== 'same' || before !== this.notes();
  }

  private async resumeKept(): Promise<void> {
    const kept = this.log.size < WORTH_KEEPING ? undefined : await keptReading(this.folder);
    if (kept === undefined || !this.log.resume(kept.log)) return;
    this.contents = RunContents.restore(kept.contents);
    this.kept = { bytes: this.log.read, at: performance.now() };
  }

  /** Keeps what has been read for the next start, where that is worth it. Never throws. */
  keep(): void {
    if (Math.abs(this.log.read - this.kept.bytes) < WORTH_KEEPING) return;
    keepReading(this.folder, { log: this.log.state(), contents: this.contents.state() });
    this.kept = { bytes: this.log.read, at: performance.now() };
  }

  private async readLog(anew: boolean, onProgress: () => void): Promise<void> {
    let isAnew = anew;
    for (let reading = 0; reading < MAX_READINGS; reading++) {
      const contents = isAnew ? new RunContents() : this.contents;
      if (isAnew) {
        this.log.rewind();
        this.contents = contents;
      }
      const end = await this.log.readOn(contents.tags, contents, onProgress);
      this.pace.see(contents.step, contents.progressWall);
      if (end === 'done') return;
      isAnew = true;
    }
  }

  hasScalar(name: string): boolean {
    return [...this.contents.scalars.keys()].some((tag) => tag.name === name);
  }

  /** @throws Pix2PixError where they are none, or cannot be written */
  async annotate(annotations: unknown): Promise<void> {
    const checked = parseAnnotations(annotations);
    await requireNoLinks(this.folder);
    writeAnnotations(this.folder, checked);
    this.annotations = checked;
  }

  /** Asks the training that writes the run to save, and to stop or to go on. @throws Pix2PixError where that cannot be */
  async request(what: 'stop' | 'save'): Promise<void> {
    await requireNoLinks(this.folder, 'requests');
    if (what === 'stop') requestStop(this.folder);
    else requestSave(this.folder);
  }

  private async attempt(file: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.faults.delete(file);
      if (file === '') this.isGone = false;
    } catch (error) {
      this.isGone ||= systemCode(error) === 'ENOENT' && file === '';
      const problem = `${file === '' ? 'the folder' : file} cannot be read`;
      const isTold = systemCode(error) !== undefined;
      this.faults.set(
        file,
        isTold ? summaryOf(fileError(error, problem, file)) : `${problem}: ${summaryOf(error)}`,
      );
    }
  }
}
