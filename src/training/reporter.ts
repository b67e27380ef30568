import { toImageBatch } from '../data/floatImages.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { EventTracker } from '../tracking/eventTracker.js';
import { Gallery } from '../tracking/gallery.js';
import { formatLosses, LossLog } from '../tracking/lossLog.js';
import type { ProgressLine } from '../tracking/progressLine.js';
import { CompositeTracker, type Tracker } from '../tracking/tracker.js';
import type { StepReport, TrainingEvent } from './trainingEvents.js';

/** How far the shown rate looks back: weight of the newest step. */
const RATE_SMOOTHING = 0.1;

/** Keeps the record of a training and shows how it goes. */
export class Reporter {
  private trackers: Tracker | undefined;
  /** Records are written one after another; training does not wait for them. */
  private writing: Promise<void> = Promise.resolve();
  private failed: unknown;
  private secondsPerImage: number | undefined;

  constructor(
    private readonly opt: TrainOptions,
    private readonly folder: string,
    private readonly line: ProgressLine,
  ) {}

  handle(event: TrainingEvent): void {
    switch (event.kind) {
      case 'message':
        if (!this.opt.quiet) this.line.message(event.text);
        break;
      case 'warning':
        this.line.message(`warning: ${event.text}`);
        break;
      case 'started':
        this.start(event.firstStep);
        break;
      case 'step':
        this.step(event.report);
        break;
      case 'images': {
        const images = Object.entries(event.visuals).map(([name, visual]) => [name, toImageBatch(visual)]);
        this.record((trackers) => trackers.images?.(event.at, Object.fromEntries(images)));
        break;
      }
      case 'validated':
        this.validated(event);
        break;
      case 'saved':
        this.say(`saved ${event.tags.join(', ')} (epoch ${event.at.epoch}, iters ${event.at.step})`);
        break;
      case 'epochEnded': {
        const { epoch } = event.at;
        const epochs = this.opt.nEpochs + this.opt.nEpochsDecay;
        this.say(`End of epoch ${epoch} / ${epochs} \t Time Taken: ${event.seconds.toFixed(0)} sec`);
        this.record((trackers) => trackers.scalars?.(event.at, { lr: event.learningRate }));
        break;
      }
    }
  }

  /** Writes what waits. Throws what a record could not be written for. */
  async close(): Promise<void> {
    await this.writing;
    this.line.done();
    await this.trackers?.close?.();
    if (this.failed !== undefined) throw this.failed;
  }

  private start(firstStep: number): void {
    const purge = firstStep > 1 ? { purgeStep: firstStep } : {};
    const trackers: Tracker[] = [new LossLog(this.folder), new EventTracker(this.folder, purge)];
    if (!this.opt.noHtml) trackers.push(new Gallery(this.folder, this.opt.name));
    this.trackers = new CompositeTracker(trackers);
  }

  private step(report: StepReport): void {
    const { at, losses, time, due, imagesPerEpoch, imagesLeft, learningRate } = report;
    const seconds = time.computeSeconds + time.dataSeconds;
    const last = this.secondsPerImage ?? seconds;
    this.secondsPerImage = last + RATE_SMOOTHING * (seconds - last);
    this.line.update({
      epoch: at.epoch,
      nEpochs: this.opt.nEpochs + this.opt.nEpochsDecay,
      iteration: at.iteration,
      total: imagesPerEpoch,
      itersPerSecond: 1 / this.secondsPerImage,
      etaSeconds: imagesLeft * this.secondsPerImage,
      losses,
    });
    if (!due.print) return;
    if (!this.line.live && !this.opt.quiet) this.line.message(formatLosses(at, losses, time));
    this.record(async (trackers) => {
      await trackers.losses?.(at, losses, time);
      await trackers.scalars?.(at, { lr: learningRate });
    });
  }

  private validated({ at, result }: Extract<TrainingEvent, { kind: 'validated' }>): void {
    const { l1, psnr, ssim, images } = result;
    const figures = `L1 ${l1.toFixed(4)}, PSNR ${psnr.toFixed(2)} dB, SSIM ${ssim.toFixed(4)}`;
    this.say(`validation after epoch ${at.epoch}: ${figures} (${images} images)`);
    this.record((trackers) => trackers.scalars?.(at, { 'val/L1': l1, 'val/PSNR': psnr, 'val/SSIM': ssim }));
  }

  private say(text: string): void {
    if (!this.opt.quiet) this.line.message(text);
  }

  /** A record that cannot be written is told once, and training goes on: its checkpoints matter more. */
  private record(write: (trackers: Tracker) => void | Promise<void> | undefined): void {
    this.writing = this.writing.then(async () => {
      try {
        if (this.trackers !== undefined) await write(this.trackers);
      } catch (error) {
        if (this.failed === undefined) this.line.message(`warning: ${(error as Error).message}`);
        this.failed ??= error;
      }
    });
  }
}
