import type { Writable } from 'node:stream';
import type { Measures, MetricName } from '../../data/metrics/metrics.js';
import type { RunExit } from '../../records/writing/runRecord.js';
import type { Line } from './narration.js';
import type { StepReport, TrainingEvent, TrainingSummary } from './trainingEvents.js';
import { TrainingPace } from './trainingPace.js';

/** A loss by its name; null where it is no finite number, which JSON cannot hold. */
type Figures = Readonly<Record<string, number | null>>;

/**
 * The output of `pix2pix train --json`, one object a line. Steps are images since the start of the run, epochs count
 * from 1, times are seconds. Fields may be added; those that are here stay.
 */
export type JsonLine =
  | {
      readonly event: 'started';
      readonly folder: string;
      readonly session: string;
      /** What computes, as `--device` names it. */
      readonly device: string;
      readonly firstStep: number;
      readonly lastStep: number;
      readonly epochs: number;
      readonly imagesPerEpoch: number;
    }
  /** Every `--print_freq` images. */
  | {
      readonly event: 'step';
      readonly step: number;
      readonly epoch: number;
      /** Images of the epoch so far. */
      readonly iteration: number;
      readonly losses: Figures;
      readonly learningRate: number;
      readonly imagesPerSecond: number;
      readonly secondsLeft: number;
    }
  | ({
      readonly event: 'validated';
      readonly step: number;
      readonly epoch: number;
      readonly images: number;
      /** Of each class, where the output is labels; null where it does not occur. */
      readonly iou?: readonly (number | null)[];
    } & Readonly<Partial<Record<FieldOf<MetricName>, number | null>>>)
  | {
      readonly event: 'saved';
      readonly step: number;
      readonly epoch: number;
      readonly tags: readonly string[];
    }
  | {
      readonly event: 'epoch';
      readonly step: number;
      readonly epoch: number;
      readonly seconds: number;
      /** From here on. */
      readonly learningRate: number;
    }
  /** Always the last line; without `steps` where it failed. */
  | ({ readonly event: 'ended'; readonly steps?: number; readonly epoch?: number } & RunExit);

/** Tells a program how a training goes. Warnings go to people, on the error stream. */
export class JsonReport {
  private readonly pace = new TrainingPace();
  private isBroken = false;

  constructor(
    private readonly run: { readonly folder: string; readonly session: string },
    private readonly out: Writable = process.stdout,
    private readonly errors: Writable = process.stderr,
  ) {
    // A reader that goes away, or a full disk, ends the report and nothing else.
    out.on('error', () => {
      this.isBroken = true;
    });
    errors.on('error', () => {});
  }

  handle(event: TrainingEvent, said: readonly Line[]): void {
    for (const { kind, text } of said) if (kind === 'warning') this.errors.write(`warning: ${text}\n`);
    const line = this.lineOf(event);
    if (line !== undefined) this.write(line);
  }

  end(exit: RunExit, summary?: TrainingSummary): void {
    this.write({ event: 'ended', ...exit, steps: summary?.steps, epoch: summary?.epoch });
  }

  private lineOf(event: TrainingEvent): JsonLine | undefined {
    switch (event.kind) {
      case 'started':
        return { event: 'started', ...this.run, device: event.device.name, ...event.plan };
      case 'step':
        this.pace.step(event.report);
        return event.report.isPrintDue ? this.stepLine(event.report) : undefined;
      case 'validated': {
        const { measures, iou, images } = event.result;
        const ofClasses = iou?.map((value) => (Number.isNaN(value) ? null : value));
        return {
          ...{ event: 'validated', ...place(event), ...finite(fieldsOf(measures)) },
          ...(ofClasses && { iou: ofClasses }),
          images,
        };
      }
      case 'saved':
        return { event: 'saved', ...place(event), tags: event.tags };
      case 'epochEnded': {
        const { seconds, learningRate } = event;
        return { event: 'epoch', ...place(event), seconds, learningRate: learningRate.after };
      }
      default:
        return undefined;
    }
  }

  private stepLine({ at, losses, learningRate, imagesLeft }: StepReport): JsonLine {
    const { imagesPerSecond } = this.pace;
    const secondsLeft = this.pace.secondsFor(imagesLeft);
    return { event: 'step', ...at, losses: finite(losses), learningRate, imagesPerSecond, secondsLeft };
  }

  private write(line: JsonLine): void {
    if (!this.isBroken && !this.out.destroyed) this.out.write(`${JSON.stringify(line)}\n`);
  }
}

function place({ at }: { readonly at: { readonly step: number; readonly epoch: number } }) {
  return { step: at.step, epoch: at.epoch };
}

function finite<Name extends string>(values: Readonly<Record<Name, number>>): Record<Name, number | null> {
  const entries = Object.entries<number>(values);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Number.isFinite(value) ? value : null]),
  ) as Record<Name, number | null>;
}

/** How a metric is called in a line: `ms_ssim`. */
type FieldOf<Name extends string> = Name extends 'MS-SSIM' ? 'ms_ssim' : Lowercase<Name>;

function fieldsOf(measures: Measures) {
  const entries = Object.entries(measures);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.toLowerCase().replace('-', '_'), value]),
  ) as Record<FieldOf<MetricName>, number>;
}
