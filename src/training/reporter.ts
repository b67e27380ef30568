import { toImageBatch } from '../data/floatImages.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { articleLine } from '../tracking/articleLine.js';
import { EventTracker } from '../tracking/eventTracker.js';
import { Gallery } from '../tracking/gallery.js';
import { formatLosses, LossLog } from '../tracking/lossLog.js';
import type { ProgressLine } from '../tracking/progressLine.js';
import { CompositeTracker, type Tracker } from '../tracking/tracker.js';
import { imagesPerStep } from './stepPieces.js';
import type { StepReport, TrainingEvent } from './trainingEvents.js';

/** How far the shown rate looks back: weight of the newest step, once there have been some. */
const RATE_SMOOTHING = 0.1;

/** The records of one training. */
interface Records {
  readonly events: Tracker;
  readonly html: Tracker | undefined;
  readonly all: Tracker;
}

/** Keeps the record of a training and shows how it goes. */
export class Reporter {
  private records: Records | undefined;
  /** Records are written one after another; training does not wait for them. */
  private writing: Promise<void> = Promise.resolve();
  private failed: unknown;
  private secondsPerImage = 0;
  private steps = 0;

  constructor(
    private readonly opt: TrainOptions,
    private readonly folder: string,
    private readonly line: ProgressLine,
  ) {}

  /** @throws Pix2PixError when the records cannot be begun */
  handle(event: TrainingEvent): void {
    switch (event.kind) {
      case 'message':
        this.say(event.text);
        break;
      case 'warning':
        this.line.message(`warning: ${event.text}`);
        break;
      case 'started':
        this.start(event.firstImage);
        break;
      case 'step':
        this.step(event.report);
        break;
      case 'images':
        this.images(event);
        break;
      case 'validated':
        this.validated(event);
        break;
      case 'saved':
        this.say(`saved ${event.tags.join(', ')} (epoch ${event.at.epoch}, iters ${event.at.step})`);
        break;
      case 'epochEnded':
        this.epochEnded(event);
    }
  }

  /** Writes what waits. Throws what a record could not be written for. */
  async close(): Promise<void> {
    await this.writing;
    this.line.done();
    await this.records?.all.close?.();
    if (this.failed !== undefined) throw this.failed;
  }

  private start(firstImage: number): void {
    // Readers of the event files forget what an earlier run, or this one before it went back, wrote from here on.
    const events = new EventTracker(this.folder, { purgeStep: firstImage });
    const html = this.opt.noHtml ? undefined : new Gallery(this.folder, this.opt.name);
    const all = [new LossLog(this.folder), events, ...(html === undefined ? [] : [html])];
    this.records = { events, html, all: new CompositeTracker(all) };
  }

  private step(report: StepReport): void {
    const { at, losses, time, imagesPerEpoch, imagesLeft, learningRate } = report;
    // The first step compiles its program, which says nothing about those to come: the second one replaces it.
    const weight = Math.max(RATE_SMOOTHING, 1 / Math.max(1, this.steps++));
    this.secondsPerImage += weight * (time.computeSeconds + time.dataSeconds - this.secondsPerImage);
    this.line.update({
      epoch: at.epoch,
      nEpochs: this.opt.nEpochs + this.opt.nEpochsDecay,
      iteration: at.iteration,
      total: imagesPerEpoch,
      itersPerSecond: 1 / this.secondsPerImage,
      etaSeconds: imagesLeft * this.secondsPerImage,
      losses,
    });
    if (!report.isPrintDue) return;
    if (this.opt.logLine === 'article') this.say(this.articleLine(report));
    else if (!this.line.live) this.say(formatLosses(at, losses, time));
    this.record(async ({ all }) => {
      await all.losses?.(at, losses, time);
      await all.scalars?.(at, { lr: learningRate });
    });
  }

  private articleLine({ at, losses, imagesPerEpoch }: StepReport): string {
    const { nEpochs, nEpochsDecay, lambdaL1 = 0 } = this.opt as TrainOptions & { readonly lambdaL1?: number };
    const images = imagesPerStep(this.opt);
    const [step, steps] = [at.iteration, imagesPerEpoch].map((count) => Math.ceil(count / images));
    return articleLine({ epoch: at.epoch, epochs: nEpochs + nEpochsDecay, step, steps }, losses, lambdaL1);
  }

  private images({ at, visuals, due }: Extract<TrainingEvent, { kind: 'images' }>): void {
    const batches = Object.entries(visuals).map(([name, visual]) => [name, toImageBatch(visual)]);
    const images = Object.fromEntries(batches);
    this.record(async ({ events, html }) => {
      if (due.events) await events.images?.(at, images);
      if (due.html) await html?.images?.(at, images);
    });
  }

  private validated({ at, result }: Extract<TrainingEvent, { kind: 'validated' }>): void {
    const { l1, psnr, ssim, images } = result;
    const figures = `L1 ${l1.toFixed(4)}, PSNR ${psnr.toFixed(2)} dB, SSIM ${ssim.toFixed(4)}`;
    this.say(`validation after epoch ${at.epoch}: ${figures} (${images} images)`);
    this.record(({ all }) => all.scalars?.(at, { 'val/L1': l1, 'val/PSNR': psnr, 'val/SSIM': ssim }));
  }

  /** In the words of the reference (train.py, models/base_model.py). */
  private epochEnded({ at, seconds, learningRate }: Extract<TrainingEvent, { kind: 'epochEnded' }>): void {
    const epochs = this.opt.nEpochs + this.opt.nEpochsDecay;
    const { before, after } = learningRate;
    this.say(`learning rate ${before.toFixed(7)} -> ${after.toFixed(7)}`);
    this.say(`End of epoch ${at.epoch} / ${epochs} \t Time Taken: ${seconds.toFixed(0)} sec`);
    this.record(({ all }) => all.scalars?.(at, { lr: after }));
  }

  private say(text: string): void {
    if (!this.opt.quiet) this.line.message(text);
  }

  /** A record that cannot be written is told once, and training goes on: its checkpoints matter more. */
  private record(write: (records: Records) => void | Promise<void> | undefined): void {
    this.writing = this.writing.then(async () => {
      try {
        if (this.records !== undefined) await write(this.records);
      } catch (error) {
        if (this.failed === undefined) this.line.message(`warning: ${(error as Error).message}`);
        this.failed ??= error;
      }
    });
  }
}
