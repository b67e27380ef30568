import { CheckpointStore } from '../checkpoints/store.js';
import { createDataset } from '../data/createDataset.js';
import type { Dataset } from '../data/dataset.js';
import { Pix2PixError } from '../errors/pix2pixError.js';
import type { TrainOptions } from '../options/trainOptions.js';
import type { TrackPoint } from '../tracking/tracker.js';
import { createModel } from './createModel.js';
import { runFolder } from './loadModel.js';
import type { Model } from './model.js';
import { saveCheckpoint } from './saveCheckpoint.js';
import type { TrainingEvent, TrainingSummary, TrainingSurroundings } from './trainingEvents.js';
import type { Place } from './trainingState.js';
import { hasValidationSet, validate } from './validation.js';

/**
 * Trains a model as its options say, in this thread, from the beginning or from its last checkpoint, until the last
 * epoch, `--max_steps`, or `shouldStop`. Saves before it returns.
 *
 * @throws Pix2PixError for everything that a person can mend; the last good checkpoint is then intact
 */
export async function trainingLoop(
  opt: TrainOptions,
  surroundings: TrainingSurroundings,
): Promise<TrainingSummary> {
  const warn = (text: string) => surroundings.emit({ kind: 'warning', text });
  const checkpoints = new CheckpointStore(runFolder(opt), { onWarning: warn });
  const model = await createModel(opt);
  const print = (text: string) => surroundings.emit({ kind: 'message', text });
  await model.setup(opt, { print, checkpoints });
  const start = resumePlace(model, opt);
  const dataset = await createDataset(opt, { onWarning: warn });
  try {
    dataset.startAt(start.epoch, start.batchIndex);
    return await new Run(opt, surroundings, model, dataset, checkpoints, start).toTheEnd();
  } finally {
    await dataset.close();
    await model.dispose();
  }
}

function firstPlace({ epochCount }: TrainOptions): Place {
  const nothing = { totalIters: 0, steps: 0, bestL1: Number.POSITIVE_INFINITY, losses: {} };
  return { epoch: epochCount, batchIndex: 0, ...nothing };
}

/** From the training state, or where there is none, as the reference continues: at --epoch_count. */
function resumePlace({ resumed }: Model, opt: TrainOptions): Place {
  return resumed?.place ?? { ...firstPlace(opt), totalIters: resumed?.totalIters ?? 0 };
}

/** One training under way: the loop, and what is due when. */
class Run {
  private epoch: number;
  private totalIters: number;
  private steps: number;
  private bestL1: number;
  private losses: Readonly<Record<string, number>>;
  private stepMilliseconds = 0;
  private lastVisualsAt = -1;

  constructor(
    private readonly opt: TrainOptions,
    private readonly surroundings: TrainingSurroundings,
    private readonly model: Model,
    private readonly dataset: Dataset,
    private readonly checkpoints: CheckpointStore,
    start: Place,
  ) {
    ({ epoch: this.epoch, totalIters: this.totalIters, steps: this.steps } = start);
    ({ bestL1: this.bestL1, losses: this.losses } = start);
  }

  async toTheEnd(): Promise<TrainingSummary> {
    const { opt, dataset } = this;
    const lastEpoch = opt.nEpochs + opt.nEpochsDecay;
    this.emit({ kind: 'started', imagesPerEpoch: dataset.length, firstStep: this.steps + 1 });
    for (; this.epoch <= lastEpoch; this.epoch++) {
      const started = performance.now();
      const waitedBefore = { milliseconds: dataset.waitedMs };
      for await (const batch of dataset) {
        const stepStarted = performance.now();
        this.model.setInput(batch);
        await this.model.optimizeParameters();
        this.losses = this.requireFinite(this.model.getCurrentLosses());
        const images = batch.A.shape[0];
        this.steps++;
        this.totalIters += images;
        this.report(images, performance.now() - stepStarted, waitedBefore);
        const reason = this.reasonToEnd();
        if (reason !== undefined) {
          this.save(['latest']);
          return this.summary(reason);
        }
        if (this.isDue(opt.saveLatestFreq, images)) this.save(this.tagsOfIteration());
      }
      await this.endEpoch((performance.now() - started) / 1000);
      if (this.surroundings.shouldStop()) return this.summary('stopped');
    }
    return this.summary('finished');
  }

  private reasonToEnd(): TrainingSummary['reason'] | undefined {
    if (this.surroundings.shouldStop()) return 'stopped';
    return this.steps >= this.opt.maxSteps ? 'max_steps' : undefined;
  }

  private summary(reason: TrainingSummary['reason']): TrainingSummary {
    const { steps, stepMilliseconds, dataset } = this;
    const epoch = Math.min(this.epoch, this.opt.nEpochs + this.opt.nEpochsDecay);
    return { reason, steps, epoch, stepMilliseconds, waitedMilliseconds: dataset.waitedMs };
  }

  /** Whether a period of so many images has ended with this step. */
  private isDue(period: number, images: number): boolean {
    return Math.floor(this.totalIters / period) > Math.floor((this.totalIters - images) / period);
  }

  private get at(): TrackPoint {
    const iteration = Math.min(this.dataset.batchIndex * this.opt.batchSize, this.dataset.length);
    return { step: this.totalIters, epoch: this.epoch, iteration };
  }

  private report(images: number, milliseconds: number, waited: { milliseconds: number }): void {
    const { opt, dataset, at } = this;
    const data = dataset.waitedMs - waited.milliseconds;
    waited.milliseconds = dataset.waitedMs;
    this.stepMilliseconds += milliseconds;
    const epochsLeft = opt.nEpochs + opt.nEpochsDecay - this.epoch;
    const imagesToEnd = epochsLeft * dataset.length + dataset.length - at.iteration;
    this.emit({
      kind: 'step',
      report: {
        at,
        losses: this.losses,
        time: { computeSeconds: milliseconds / 1000 / images, dataSeconds: data / 1000 / images },
        learningRate: this.model.schedule.learningRate,
        imagesPerEpoch: dataset.length,
        imagesLeft: Math.min(imagesToEnd, (opt.maxSteps - this.steps) * images),
        due: { print: this.isDue(opt.printFreq, images), html: this.isDue(opt.updateHtmlFreq, images) },
      },
    });
    if (this.isDue(opt.displayFreq, images)) this.showVisuals();
  }

  private showVisuals(): void {
    if (this.lastVisualsAt === this.totalIters) return;
    this.lastVisualsAt = this.totalIters;
    this.emit({ kind: 'images', at: this.at, visuals: this.model.getCurrentVisuals() });
  }

  private async endEpoch(seconds: number): Promise<void> {
    const { opt, epoch } = this;
    if (this.steps > 0 && this.lastVisualsAt < 0) this.showVisuals();
    const at = { ...this.at, iteration: this.dataset.length };
    const validationL1 = await this.validateIfDue(at);
    const { after } = this.model.updateLearningRate(validationL1 ?? this.losses.G_L1);
    this.emit({ kind: 'epochEnded', at, seconds, learningRate: after });
    const isLast = epoch === opt.nEpochs + opt.nEpochsDecay;
    if (epoch % opt.saveEpochFreq === 0) this.save(['latest', `${epoch}`]);
    else if (isLast || this.surroundings.shouldStop()) this.save(['latest']);
  }

  private async validateIfDue(at: TrackPoint): Promise<number | undefined> {
    const { opt } = this;
    if (opt.valFreq === 0 || this.epoch % opt.valFreq !== 0 || !(await hasValidationSet(opt)))
      return undefined;
    const warn = (text: string) => this.emit({ kind: 'warning', text });
    const result = await validate(this.model, opt, warn, () => this.surroundings.shouldStop());
    if (result === undefined) return undefined;
    this.emit({ kind: 'validated', at, result });
    if (result.l1 < this.bestL1) {
      this.bestL1 = result.l1;
      this.save(['best']);
    }
    return result.l1;
  }

  private tagsOfIteration(): string[] {
    return this.opt.saveByIter ? ['latest', `iter_${this.totalIters}`] : ['latest'];
  }

  private save(tags: readonly string[]): void {
    this.requireFinite({});
    const { epoch, batchIndex } = this.dataset;
    const { totalIters, steps, bestL1, losses } = this;
    const place = { epoch, batchIndex, totalIters, steps, bestL1, losses };
    saveCheckpoint(this.checkpoints, tags, this.model, this.opt, place, this.epoch);
    this.emit({ kind: 'saved', tags, at: this.at });
  }

  /** Stops before anything that is not a number reaches a checkpoint. */
  private requireFinite(losses: Record<string, number>): Record<string, number> {
    const bad = Object.keys(losses).filter((name) => !Number.isFinite(losses[name]));
    const isSound = Object.keys(losses).length > 0 || this.model.isFinite();
    if (bad.length === 0 && isSound) return losses;
    const what = bad.map((name) => `${name} = ${losses[name]}`).join(', ');
    throw new Pix2PixError(
      `training has diverged: ${what || 'a weight is not finite'}`,
      { at: `epoch ${this.epoch}, step ${this.steps + 1}`, checkpoint: 'the last one saved is intact' },
      'continue from it with --continue_train and a smaller --lr, or look at the images of this step',
    );
  }

  private emit(event: TrainingEvent): void {
    this.surroundings.emit(event);
  }
}
