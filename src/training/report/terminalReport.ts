import type { TrainOptions } from '../../options/trainOptions.js';
import type { ProgressLine } from '../../records/writing/progressLine.js';
import type { Line } from './narration.js';
import type { TrainingEvent } from './trainingEvents.js';
import { TrainingPace } from './trainingPace.js';

/** Shows a person how a training goes: a progress line where there is a terminal, and what there is to say above it. */
export class TerminalReport {
  private readonly pace = new TrainingPace();

  constructor(
    private readonly opt: TrainOptions,
    private readonly line: ProgressLine,
  ) {}

  handle(event: TrainingEvent, said: readonly Line[]): void {
    if (event.kind === 'step') {
      const { report } = event;
      const { at, losses, imagesPerEpoch, imagesLeft } = report;
      this.pace.step(report);
      this.line.update({
        epoch: at.epoch,
        nEpochs: this.opt.nEpochs + this.opt.nEpochsDecay,
        iteration: at.iteration,
        total: imagesPerEpoch,
        itersPerSecond: this.pace.imagesPerSecond,
        etaSeconds: this.pace.secondsFor(imagesLeft),
        losses,
      });
    }
    for (const { kind, text } of said) {
      if (kind === 'warning') this.line.message(`warning: ${text}`);
      else if (!this.opt.quiet && !(kind === 'losses' && this.line.live)) this.line.message(text);
    }
  }

  end(): void {
    this.line.done();
  }
}
