import type { Dataset } from '../../data/loading/dataset.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import type { TrackPoint } from '../../records/writing/tracker.js';
import type { Model } from '../model/model.js';

/** How far a training is: derived from its options, and from what its model and its data set count. */
export class TrainingProgress {
  readonly lastEpoch: number;
  private readonly stepsBefore: number;

  constructor(
    private readonly opt: TrainOptions,
    private readonly model: Pick<Model, 'steps' | 'totalIters'>,
    private readonly dataset: Pick<
      Dataset,
      'epoch' | 'batchIndex' | 'batchSize' | 'batchesPerEpoch' | 'length'
    >,
  ) {
    this.lastEpoch = opt.nEpochs + opt.nEpochsDecay;
    this.stepsBefore = model.steps;
  }

  /** Steps of this session. */
  get stepsNow(): number {
    return this.model.steps - this.stepsBefore;
  }

  /** Whether all batches of the epoch under way have been used. */
  get isEpochUsedUp(): boolean {
    return this.dataset.batchIndex === this.dataset.batchesPerEpoch;
  }

  /** The place in `epoch`: the one under way, or the last one, which the data set has left. */
  at(epoch: number): TrackPoint {
    const { model, dataset } = this;
    const used = Math.min(dataset.batchIndex * dataset.batchSize, dataset.length);
    return { step: model.totalIters, epoch, iteration: dataset.epoch > epoch ? dataset.length : used };
  }

  /** Images that are still to be trained on, epochs and `--max_steps` considered. */
  imagesLeft(epoch: number): number {
    const { opt, model, dataset } = this;
    const inEpochs = (this.lastEpoch - epoch + 1) * dataset.length - this.at(epoch).iteration;
    return Math.min(inEpochs, (opt.maxSteps - model.steps) * dataset.batchSize);
  }

  /** Whether a multiple of `period` images has been reached with the last step's `images`. */
  hasPassed(period: number, images: number): boolean {
    const { totalIters } = this.model;
    return Math.floor(totalIters / period) > Math.floor((totalIters - images) / period);
  }
}
