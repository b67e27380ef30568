import type { TrainOptions } from '../../options/trainOptions.js';
import { articleLine } from '../../records/writing/articleLine.js';
import { formatLosses } from '../../records/writing/lossLog.js';
import { imagesPerStep } from '../model/stepPieces.js';
import { EpochSummary } from './epochSummary.js';
import type { StepReport, TrainingEvent } from './trainingEvents.js';

/** Something that a person is told. Losses are of no use above a progress line that shows them. */
export interface Line {
  readonly kind: 'message' | 'losses' | 'warning';
  readonly text: string;
}

/** Puts into words how a training goes: for the terminal and for the run's log alike. */
export class Narration {
  private readonly epoch: EpochSummary;

  constructor(private readonly opt: TrainOptions) {
    this.epoch = new EpochSummary(opt.nEpochs + opt.nEpochsDecay);
  }

  /** The messages about an event, if there are any. */
  tell(event: TrainingEvent): readonly Line[] {
    switch (event.kind) {
      case 'message':
      case 'warning':
        return [event];
      case 'alert':
        return [{ kind: 'message', text: event.text }];
      case 'step':
        this.epoch.step(event.report);
        return event.report.isPrintDue ? [this.losses(event.report)] : [];
      case 'validated':
        this.epoch.validated(event.result);
        return [];
      case 'saved': {
        const { tags, at } = event;
        return [{ kind: 'message', text: `saved ${tags.join(', ')} (epoch ${at.epoch}, iters ${at.step})` }];
      }
      case 'epochEnded':
        return [{ kind: 'message', text: this.epoch.end(event) }];
      default:
        return [];
    }
  }

  private losses(report: StepReport): Line {
    if (this.opt.logLine === 'article') return { kind: 'message', text: this.articleLine(report) };
    return { kind: 'losses', text: formatLosses(report.at, report.losses, report.time) };
  }

  private articleLine({ at, losses, imagesPerEpoch }: StepReport): string {
    const { nEpochs, nEpochsDecay, lambdaL1 = 0 } = this.opt as TrainOptions & { readonly lambdaL1?: number };
    const images = imagesPerStep(this.opt);
    const [step, steps] = [at.iteration, imagesPerEpoch].map((count) => Math.ceil(count / images));
    return articleLine({ epoch: at.epoch, epochs: nEpochs + nEpochsDecay, step, steps }, losses, lambdaL1);
  }
}
