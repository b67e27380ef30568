import { setTimeout as sleep } from 'node:timers/promises';
import { type FloatImages, toImageBatch } from '../../data/batch/floatImages.js';
import { fingerprint } from '../../data/fingerprint.js';
import { tableOf } from '../../options/serialise.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { EventTracker } from '../../records/writing/eventTracker.js';
import { Gallery } from '../../records/writing/gallery.js';
import { gitState } from '../../records/writing/gitState.js';
import { HardwareMonitor } from '../../records/writing/hardware/hardwareMonitor.js';
import { LossLog } from '../../records/writing/lossLog.js';
import { writeOptionsFile } from '../../records/writing/optionsFile.js';
import { RunLog } from '../../records/writing/runLog.js';
import type { RunExit, RunSession } from '../../records/writing/runRecord.js';
import { RunRecordFile } from '../../records/writing/runRecordFile.js';
import type { NamedImages, Scalars, TrackPoint } from '../../records/writing/tracker.js';
import { registeredExtensions } from '../options.js';
import type { Line } from './narration.js';
import { StepTimes } from './stepTimes.js';
import type { StepReport, TrainingEvent, TrainingStart } from './trainingEvents.js';

/** Milliseconds that the end of a training waits for what is still to be found out for the record. */
const PATIENCE = 2000;

/** Where steps, images and checkpoints are kept from the first step on: those that could be begun. */
interface Trackers {
  events?: EventTracker;
  lossLog?: LossLog;
  html?: Gallery;
}

interface RecordSurroundings {
  /** Told, once, of a record that cannot be written. */
  warn(text: string): void;
  /** Whether the folder is still this training's: where it is not, nothing is written to it. */
  isOurs(): boolean;
}

/**
 * Keeps the record of a training in the run's folder: `run.json`, event files, `loss_log.txt`, `log.txt`, `web/`.
 * Nothing of it holds up the training, nor ends it once it has begun.
 */
export class RunRecords {
  private readonly log: RunLog;
  private file: RunRecordFile | undefined;
  private readonly trackers: Trackers = {};
  private hardware: HardwareMonitor | undefined;
  private readonly times = new StepTimes();
  /** The last step. */
  private at: TrackPoint | undefined;
  /** Records are written one after another; training does not wait for them. */
  private writing: Promise<void> = Promise.resolve();
  private hasFailed = false;
  /** What is still to be found out, and what ends the search. */
  private readonly findings: Promise<void>[] = [];
  private readonly search = new AbortController();

  constructor(
    private readonly opt: TrainOptions,
    private readonly folder: string,
    private readonly session: RunSession,
    private readonly surroundings: RecordSurroundings,
  ) {
    const { warn } = surroundings;
    this.log = new RunLog(folder);
    this.record(() => {
      this.file = new RunRecordFile(folder, session, warn);
      this.file.update();
    });
    this.record(() => {
      writeOptionsFile(folder, 'train', tableOf(opt, registeredExtensions()), { ...opt });
    });
    this.describe(async (signal) => ({ git: await gitState(session.workingDirectory, signal) }));
  }

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
      case 'samples':
        this.samples(event);
        break;
      case 'validated': {
        const { l1, psnr, ssim } = event.result;
        this.scalars(event.at, { 'val/L1': l1, 'val/PSNR': psnr, 'val/SSIM': ssim });
        break;
      }
      case 'saved':
        this.track(({ events }) => events?.checkpoint(event.at, event.tags));
    }
  }

  /** Writes what waits, and how it ended. */
  async end(exit: RunExit): Promise<void> {
    await this.hardware?.stop();
    await Promise.race([Promise.all(this.findings), sleep(PATIENCE, undefined, { ref: false })]);
    this.search.abort();
    this.record(() => this.log.write([exit.reason, exit.message].filter(Boolean).join(': ')));
    this.record(() => this.file?.update({ endedAt: new Date().toISOString(), exit }));
    this.track(({ events }) => events?.ended(exit));
    this.track(({ html }) => html?.close());
    this.track(({ events }) => events?.close());
    await this.writing;
  }

  private start({ plan, networks, lossNames, folders, resumedFrom }: TrainingStart): void {
    // Readers of the event files forget what an earlier run, or this one before it went back, wrote from here on.
    this.track((trackers) => {
      trackers.events = new EventTracker(this.folder, { purgeStep: plan.firstStep });
    });
    this.track((trackers) => {
      trackers.lossLog = new LossLog(this.folder);
    });
    if (!this.opt.noHtml) this.trackers.html = new Gallery(this.folder, this.opt.name);
    const losses = lossNames.map((name) => `loss/${name}`);
    this.track(({ events }) => events?.started(this.session, ['val/L1', 'val/PSNR', 'val/SSIM', ...losses]));
    const dataset = { root: this.opt.dataroot, phase: this.opt.phase, samples: plan.imagesPerEpoch };
    this.record(() => this.file?.update({ plan, networks, resumedFrom, dataset }));
    if (folders.length > 0) {
      this.describe(async (signal) => {
        const { hash, of } = await fingerprint(folders, signal);
        return { dataset: { ...dataset, fingerprint: hash, fingerprintOf: of } };
      });
    }
    this.watchHardware();
  }

  private watchHardware(): void {
    const gpus: string[] = [];
    this.hardware = new HardwareMonitor({
      folder: this.folder,
      onSample: (values) => this.at && this.scalars(this.at, { ...values, ...this.times.take() }),
      onGpu: ({ name }) => {
        gpus.push(name);
        this.record(() => this.file?.update({ machine: { ...this.session.machine, gpus: [...gpus] } }));
      },
    });
  }

  private step(report: StepReport): void {
    const { at, losses, time, learningRate, isPrintDue } = report;
    this.at = at;
    this.times.step(report);
    this.track(({ events }) => events?.step(at, losses, learningRate));
    if (isPrintDue) this.track(({ lossLog }) => lossLog?.losses(at, losses, time));
  }

  private images({ at, visuals, due }: Extract<TrainingEvent, { kind: 'images' }>): void {
    const images = imageBatches(visuals);
    this.track(async ({ events, html }) => {
      if (due.events) await events?.images(at, images);
      if (due.html) await html?.images(at, images);
    });
  }

  private samples({ at, visuals }: Extract<TrainingEvent, { kind: 'samples' }>): void {
    const images = imageBatches(visuals);
    this.track(({ events }) => events?.samples(at, images));
  }

  private scalars(at: TrackPoint, values: Scalars): void {
    this.track(({ events }) => events?.scalars(at, values));
  }

  /** Adds to `run.json` what takes time to find out, when it is known. */
  private describe(find: (signal: AbortSignal) => Promise<Partial<RunSession>>): void {
    const { signal } = this.search;
    const finding = find(signal).then(
      (facts) => signal.aborted || this.record(() => this.file?.update(facts)),
      (error) => signal.aborted || this.record(() => Promise.reject(error)),
    );
    this.findings.push(finding.then(() => {}));
  }

  private track(write: (trackers: Trackers) => void | Promise<void>): void {
    this.record(() => write(this.trackers));
  }

  /** A record that cannot be written is told once, and training goes on: its checkpoints matter more. */
  private record(write: () => void | Promise<void>): void {
    this.writing = this.writing.then(async () => {
      try {
        if (this.surroundings.isOurs()) await write();
      } catch (error) {
        if (this.hasFailed) return;
        this.hasFailed = true;
        this.surroundings.warn(`training goes on, but its record is incomplete: ${(error as Error).message}`);
      }
    });
  }
}

function imageBatches(visuals: Readonly<Record<string, FloatImages>>): NamedImages {
  return Object.fromEntries(Object.entries(visuals).map(([name, visual]) => [name, toImageBatch(visual)]));
}
