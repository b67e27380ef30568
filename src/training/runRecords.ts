import { setTimeout as sleep } from 'node:timers/promises';
import { fingerprint } from '../data/fingerprint.js';
import { toImageBatch } from '../data/floatImages.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { EventTracker } from '../tracking/eventTracker.js';
import { Gallery } from '../tracking/gallery.js';
import { gitState } from '../tracking/gitState.js';
import { LossLog } from '../tracking/lossLog.js';
import { RunLog } from '../tracking/runLog.js';
import type { RunExit, RunSession } from '../tracking/runRecord.js';
import { RunRecordFile } from '../tracking/runRecordFile.js';
import { CompositeTracker, type Tracker } from '../tracking/tracker.js';
import type { Line } from './narration.js';
import type { StepReport, TrainingEvent, TrainingStart } from './trainingEvents.js';

/** Milliseconds that the end of a training waits for what is still to be found out for the record. */
const PATIENCE = 2000;

/** What steps, images and checkpoints are kept in, from the first step on. */
interface Trackers {
  readonly events: Tracker;
  readonly html: Tracker | undefined;
  readonly lossLog: Tracker;
  /** What takes every step, not only those that are printed. */
  readonly everyStep: Tracker;
  readonly all: Tracker;
}

/**
 * Keeps the record of a training in the run's folder: `run.json`, event files, `loss_log.txt`, `log.txt`, `web/`.
 * Nothing of it holds up the training, nor ends it once it has begun.
 */
export class RunRecords {
  private readonly log: RunLog;
  private file: RunRecordFile | undefined;
  private trackers: Trackers | undefined;
  /** Records are written one after another; training does not wait for them. */
  private writing: Promise<void> = Promise.resolve();
  private failed: unknown;
  /** What is still to be found out, and what ends the search. */
  private readonly findings: Promise<void>[] = [];
  private readonly search = new AbortController();

  /** @param warn is told, once, of a record that cannot be written */
  constructor(
    private readonly opt: TrainOptions,
    private readonly folder: string,
    session: RunSession,
    private readonly warn: (text: string) => void,
  ) {
    this.log = new RunLog(folder);
    this.record(async () => {
      this.file = new RunRecordFile(folder, session, warn);
      this.file.update();
    });
    const { signal } = this.search;
    this.describe(async () => ({ git: await gitState(session.workingDirectory, signal) }));
  }

  /** @throws Pix2PixError when the records cannot be begun */
  handle(event: TrainingEvent, said: readonly Line[]): void {
    for (const { kind, text } of said) {
      this.record(() => this.log.write(kind === 'warning' ? `warning: ${text}` : text));
    }
    switch (event.kind) {
      case 'started':
        this.start(event);
        break;
      case 'step':
      case 'diverged':
        this.step(event.report);
        break;
      case 'images':
        this.images(event);
        break;
      case 'validated': {
        const { l1, psnr, ssim } = event.result;
        const values = { 'val/L1': l1, 'val/PSNR': psnr, 'val/SSIM': ssim };
        this.track(({ all }) => all.scalars?.(event.at, values));
        break;
      }
      case 'saved':
        this.track(({ all }) => all.checkpoint?.(event.at, event.tags));
    }
  }

  /** Writes what waits, and how it ended. Throws what a record could not be written for. */
  async end(exit: RunExit): Promise<void> {
    await Promise.race([Promise.all(this.findings), sleep(PATIENCE, undefined, { ref: false })]);
    this.search.abort();
    const told = exit.message === undefined ? exit.reason : `${exit.reason}: ${exit.message}`;
    this.record(() => this.log.write(told));
    this.record(() => this.file?.update({ endedAt: new Date().toISOString(), exit }));
    this.track(({ all }) => all.close?.());
    await this.writing;
    if (this.failed !== undefined) throw this.failed;
  }

  private start({ plan, networks, folders, resumedFrom }: TrainingStart): void {
    // Readers of the event files forget what an earlier run, or this one before it went back, wrote from here on.
    const events = new EventTracker(this.folder, { purgeStep: plan.firstStep });
    const html = this.opt.noHtml ? undefined : new Gallery(this.folder, this.opt.name);
    const lossLog = new LossLog(this.folder);
    const others = html === undefined ? [] : [html];
    const everyStep = new CompositeTracker([events]);
    this.trackers = {
      events,
      html,
      lossLog,
      everyStep,
      all: new CompositeTracker([lossLog, everyStep, ...others]),
    };
    const dataset = { root: this.opt.dataroot, phase: this.opt.phase, samples: plan.imagesPerEpoch };
    this.record(() => this.file?.update({ plan, networks, resumedFrom, dataset }));
    if (folders.length === 0) return;
    this.describe(async () => {
      const { hash, of } = await fingerprint(folders, this.search.signal);
      return { dataset: { ...dataset, fingerprint: hash, fingerprintOf: of } };
    });
  }

  private step({ at, losses, time, learningRate, isPrintDue }: StepReport): void {
    this.track(async ({ everyStep, lossLog }) => {
      await everyStep.losses?.(at, losses, time, learningRate);
      if (isPrintDue) await lossLog.losses?.(at, losses, time);
    });
  }

  private images({ at, visuals, due }: Extract<TrainingEvent, { kind: 'images' }>): void {
    const batches = Object.entries(visuals).map(([name, visual]) => [name, toImageBatch(visual)]);
    const images = Object.fromEntries(batches);
    this.track(async ({ everyStep, html }) => {
      if (due.events) await everyStep.images?.(at, images);
      if (due.html) await html?.images?.(at, images);
    });
  }

  /** Adds to `run.json` what takes time to find out, when it is known. */
  private describe(find: () => Promise<Partial<RunSession>>): void {
    const finding = find().then(
      (facts) => this.search.signal.aborted || this.record(() => this.file?.update(facts)),
      (error) => this.search.signal.aborted || this.record(() => Promise.reject(error)),
    );
    this.findings.push(finding.then(() => {}));
  }

  private track(write: (trackers: Trackers) => void | Promise<void>): void {
    this.record(() => this.trackers && write(this.trackers));
  }

  /** A record that cannot be written is told once, and training goes on: its checkpoints matter more. */
  private record(write: () => void | Promise<void>): void {
    this.writing = this.writing.then(async () => {
      try {
        await write();
      } catch (error) {
        if (this.failed === undefined) this.warn((error as Error).message);
        this.failed ??= error;
      }
    });
  }
}
