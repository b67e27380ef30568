import { setTimeout as sleep } from 'node:timers/promises';
import type { FloatImages } from '../../data/batch/floatImages.js';
import { type Show, showing } from '../../data/batch/shownImage.js';
import { fingerprint } from '../../data/fingerprint.js';
import { tableOf } from '../../options/serialise.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { ALERT_TAG, EventTracker } from '../../records/writing/eventTracker.js';
import { Gallery } from '../../records/writing/gallery.js';
import { gitState } from '../../records/writing/gitState.js';
import { HardwareMonitor } from '../../records/writing/hardware/hardwareMonitor.js';
import { LossLog } from '../../records/writing/lossLog.js';
import { writeOptionsFile } from '../../records/writing/optionsFile.js';
import { RunLog } from '../../records/writing/runLog.js';
import type { DatasetRecord, RunExit, RunSession } from '../../records/writing/runRecord.js';
import { RunRecordFile } from '../../records/writing/runRecordFile.js';
import type { NamedImages, Scalars, TrackPoint } from '../../records/writing/tracker.js';
import { registeredExtensions } from '../options.js';
import type { ValidationResult } from '../validation/validate.js';
import { datasetChange } from './datasetChange.js';
import type { Line } from './narration.js';
import { StepTimes } from './stepTimes.js';
import type { StepReport, TrainingEvent, TrainingStart } from './trainingEvents.js';

/** Milliseconds that the end of a training waits for what is still to be found out for the record. */
const PATIENCE = 2000;

/** Bytes of images that wait to be written, from which on no more are taken: about a hundred steps of three images at 256². */
const MOST_BYTES_WAITING = 64 * 2 ** 20;
const IMAGES_LEFT_OUT =
  'images are made faster than they can be written, and some are left out of the record; a larger --display_freq or ' +
  '--update_html_freq makes fewer';

type Visuals = Readonly<Record<string, FloatImages>>;

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
  private adapter = '';
  private readonly times = new StepTimes();
  private hasBegun = false;
  /** The last step. */
  private at: TrackPoint | undefined;
  /** Records are written one after another; training does not wait for them. */
  private writing: Promise<void> = Promise.resolve();
  private hasFailed = false;
  private show: Show;
  private bytesWaiting = 0;
  private hasLeftOut = false;
  /** Facts that are still being determined, and the controller that ends the search. */
  private readonly findings: Promise<void>[] = [];
  private readonly search = new AbortController();

  constructor(
    private readonly opt: TrainOptions,
    private readonly folder: string,
    private readonly session: RunSession,
    private readonly surroundings: RecordSurroundings,
  ) {
    const { warn } = surroundings;
    this.show = showing(opt);
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
        this.show = showing({ ...this.opt, labelPalette: event.labelPalette });
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
      case 'histograms':
        this.track(({ events }) => events?.histograms(event.at, event.histograms));
        break;
      case 'validated':
        this.scalars(event.at, scalarsOf(event.result));
        break;
      case 'alert':
        this.track(({ events }) => events?.text(event.at, ALERT_TAG, event.text));
        break;
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
    if (this.hasBegun || exit.reason !== 'failed') {
      this.record(() => this.file?.update({ endedAt: new Date().toISOString(), exit }));
    } else this.record(() => this.file?.withdraw()); // a mistyped --dataroot is no run that crashed
    this.track(({ events }) => events?.ended(exit));
    this.track(({ html }) => html?.close());
    this.track(({ events }) => events?.close());
    await this.writing;
  }

  private start({ plan, device, versions, networks, lossNames, folders, resumedFrom }: TrainingStart): void {
    this.hasBegun = true;
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
    this.adapter = device.adapter ?? device.name;
    const facts = { plan, device, versions, networks, resumedFrom, dataset };
    this.record(() => this.file?.update(facts));
    this.describe(async (signal) => {
      const found = await describeDataset(dataset, folders, signal);
      if (resumedFrom !== undefined) this.compareDataset(found);
      return { dataset: found };
    });
    this.watchHardware();
  }

  /** A person who has added images, or given another --dataroot by mistake, is told what goes on with what. */
  private compareDataset(now: DatasetRecord): void {
    this.record(() => {
      const before = this.file?.earlierDataset;
      const change = before && datasetChange(before, now);
      if (change !== undefined) this.surroundings.warn(change);
    });
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
    const { at, losses, time, learningRate, deviceBytes, isPrintDue } = report;
    if (deviceBytes !== undefined) this.hardware?.ownGpu({ name: this.adapter, memoryBytes: deviceBytes });
    this.at = at;
    this.times.step(report);
    this.track(({ events }) => events?.step(at, losses, learningRate));
    if (isPrintDue) this.track(({ lossLog }) => lossLog?.losses(at, losses, time));
  }

  private images({ at, visuals, due }: Extract<TrainingEvent, { kind: 'images' }>): void {
    this.trackImages(visuals, async ({ events, html }, images) => {
      if (due.events) await events?.images(at, images);
      if (due.html) await html?.images(at, images);
    });
  }

  private samples({ at, visuals }: Extract<TrainingEvent, { kind: 'samples' }>): void {
    this.trackImages(visuals, ({ events }, images) => events?.samples(at, images));
  }

  /** Images are large: they must not gather in memory where they come faster than a disk takes them. */
  private trackImages(
    visuals: Visuals,
    write: (trackers: Trackers, images: NamedImages) => void | Promise<void>,
  ): void {
    if (this.bytesWaiting >= MOST_BYTES_WAITING) {
      if (!this.hasLeftOut) this.surroundings.warn(IMAGES_LEFT_OUT);
      this.hasLeftOut = true;
      return;
    }
    const images = imageBatches(visuals, this.show);
    const bytes = Object.values(images).reduce((sum, { data }) => sum + data.byteLength, 0);
    this.bytesWaiting += bytes;
    this.track(async (trackers) => {
      try {
        await write(trackers, images);
      } finally {
        this.bytesWaiting -= bytes;
      }
    });
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

/** With what tells it from another, where it is made of files. */
async function describeDataset(
  dataset: DatasetRecord,
  folders: TrainingStart['folders'],
  signal: AbortSignal,
): Promise<DatasetRecord> {
  if (folders.length === 0) return dataset;
  const { hash, of } = await fingerprint(folders, signal);
  return { ...dataset, fingerprint: hash, fingerprintOf: of };
}

function imageBatches(visuals: Visuals, show: Show): NamedImages {
  return Object.fromEntries(Object.entries(visuals).map(([name, visual]) => [name, show(name, visual)]));
}

/** As the events call them: `val/MS-SSIM`. */
function scalarsOf({ measures, iou = [] }: ValidationResult): Scalars {
  const ofClasses = iou.flatMap((value, i) =>
    Number.isNaN(value) ? [] : [[`val/IoU/${i}`, value] as const],
  );
  return Object.fromEntries([
    ...Object.entries(measures).map(([name, value]) => [`val/${name}`, value] as const),
    ...ofClasses,
  ]);
}
