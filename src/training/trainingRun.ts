import type { Batch } from '../data/batch/imageBatch.js';
import type { Dataset } from '../data/loading/dataset.js';
import type { TrainOptions } from '../options/trainOptions.js';
import type { TrackPoint } from '../records/writing/tracker.js';
import { areFinite, requireFiniteLosses, requireFiniteWeights } from './divergence.js';
import type { FixedSamples } from './fixedSamples.js';
import { withAverages } from './model/averagedNetworks.js';
import type { Model } from './model/model.js';
import type { Place } from './model/progress.js';
import { imagesPerStep } from './model/stepPieces.js';
import { networkRecords } from './report/networkRecords.js';
import type {
  StepReport,
  TrainingEvent,
  TrainingStart,
  TrainingSummary,
  TrainingSurroundings,
} from './report/trainingEvents.js';
import { type ValidationResult, validate } from './validation.js';

/** All that a training works with. The model is set up, and the data set stands where training goes on. */
export interface TrainingJob {
  readonly opt: TrainOptions;
  readonly model: Model;
  readonly dataset: Dataset;
  /** 0: nothing is validated. */
  readonly validationImages: number;
  /** Where there is a validation set to take them from. */
  readonly samples: FixedSamples | undefined;
  /** What the checkpoint `best` has to beat. */
  readonly bestL1: number;
  /** Where it goes on, if it does. */
  readonly resumedFrom: TrainingStart['resumedFrom'];
  warn(text: string): void;
}

type Reason = TrainingSummary['reason'];

/** One training under way: the loop over epochs and steps, and what is due when. */
export class TrainingRun {
  private readonly opt: TrainOptions;
  private readonly model: Model;
  private readonly dataset: Dataset;
  private readonly firstStep: number;
  private readonly lastEpoch: number;
  private epoch: number;
  private bestL1: number;
  private stepMilliseconds = 0;
  /** The data set's waiting that a step has been charged with already. */
  private waitedBefore = 0;
  /** The last epochs that the page and the event file show. */
  private pageEpoch = 0;
  private eventEpoch = 0;
  /** Whether the checkpoint `latest` is how things stand. A start is as good as saved: it can be made again. */
  private isSaved = true;

  constructor(
    private readonly job: TrainingJob,
    private readonly surroundings: TrainingSurroundings,
  ) {
    ({ opt: this.opt, model: this.model, dataset: this.dataset, bestL1: this.bestL1 } = job);
    this.firstStep = this.model.steps;
    this.epoch = this.dataset.epoch;
    this.lastEpoch = this.opt.nEpochs + this.opt.nEpochsDecay;
  }

  async toTheEnd(): Promise<TrainingSummary> {
    this.emit({ kind: 'message', text: this.plan() });
    if (this.epoch > this.lastEpoch) return this.summary('finished');
    this.emit({ kind: 'started', ...this.start() });
    for (; this.epoch <= this.lastEpoch; this.epoch++) {
      const reason = await this.trainEpoch();
      if (reason !== undefined) return this.summary(reason);
    }
    return this.summary('finished');
  }

  /** An epoch, or what is left of it. Gives the reason where training ends with it; everything is saved then. */
  private async trainEpoch(): Promise<Reason | undefined> {
    const { model, dataset } = this;
    const before = this.reasonToEnd();
    if (before !== undefined) {
      if (!this.isSaved) await this.save(['latest'], dataset);
      return before;
    }
    const started = performance.now();
    for await (const batch of dataset) {
      await this.step(batch);
      const reason = this.reasonToEnd();
      const isEpochUsedUp = dataset.batchIndex === dataset.batchesPerEpoch;
      // The last step of an epoch is followed by what ends it, unless somebody waits for us to stop.
      const endsHere = reason === 'stopped' || (reason !== undefined && !isEpochUsedUp);
      const isAsked = this.surroundings.takeSave?.() ?? false;
      const tags = this.tagsOfStep(batch) ?? (endsHere || isAsked ? ['latest'] : undefined);
      if (tags !== undefined) await this.save(tags, dataset);
      if (endsHere) return reason;
    }
    if (model.steps > this.firstStep) await this.showEpoch();
    return this.endEpoch((performance.now() - started) / 1000);
  }

  private async step(batch: Batch): Promise<void> {
    const { model, opt } = this;
    const started = performance.now();
    this.isSaved = false;
    model.setInput(batch);
    const { learningRate } = model;
    await model.optimizeParameters();
    const milliseconds = performance.now() - started;
    this.stepMilliseconds += milliseconds;
    const images = batch.A.shape[0];
    const report = await this.report(images, milliseconds, learningRate);
    if (!areFinite(report.losses)) this.emit({ kind: 'diverged', report });
    await requireFiniteLosses(model, this.place);
    this.emit({ kind: 'step', report });
    const due = {
      events: this.isDue(opt.displayFreq, images),
      html: this.isDue(opt.updateHtmlFreq, images),
    };
    if (due.events || due.html) await this.showVisuals(due);
  }

  /** Validation, the schedule's step, and the checkpoints that are due. */
  private async endEpoch(seconds: number): Promise<Reason | undefined> {
    const { opt, model, dataset, epoch } = this;
    const at = { ...this.at, iteration: dataset.length };
    const validation = await this.validateIfDue(at);
    if (validation === 'stopped') {
      await this.save(['latest'], { epoch, batchIndex: dataset.batchesPerEpoch }); // to be validated when it goes on
      return 'stopped';
    }
    const tags: string[] = [];
    if (validation !== undefined && validation.l1 < this.bestL1) {
      this.bestL1 = validation.l1;
      tags.push('best');
    }
    this.isSaved = false;
    const learningRate = await model.updateLearningRate(this.metric(validation));
    this.emit({ kind: 'epochEnded', at, seconds, learningRate });
    const reason = this.reasonToEnd();
    const isLast = epoch === this.lastEpoch;
    if (epoch % opt.saveEpochFreq === 0) tags.unshift('latest', `${epoch}`);
    else if (isLast || reason !== undefined) tags.unshift('latest');
    if (tags.length > 0) await this.save(tags, dataset);
    return reason === 'max_steps' && isLast ? 'finished' : reason;
  }

  private async validateIfDue(at: TrackPoint): Promise<ValidationResult | 'stopped' | undefined> {
    const { opt, model, job, surroundings } = this;
    if (job.validationImages === 0 || this.epoch % opt.valFreq !== 0) return undefined;
    const settings = { warn: job.warn, shouldStop: () => surroundings.shouldStop() };
    const result = await withAverages(model, () => validate(model, opt, settings));
    if (result !== 'stopped' && result !== undefined) this.emit({ kind: 'validated', at, result });
    return result;
  }

  /** What plateau watches: validations where there are any, and in the epochs between them nothing. */
  private metric(validation: ValidationResult | undefined): number | null | undefined {
    if (validation !== undefined) return validation.l1;
    return this.job.validationImages > 0 ? null : undefined;
  }

  private reasonToEnd(): Reason | undefined {
    if (this.surroundings.shouldStop()) return 'stopped';
    return this.model.steps >= this.opt.maxSteps ? 'max_steps' : undefined;
  }

  private summary(reason: Reason): TrainingSummary {
    const { model, stepMilliseconds, dataset } = this;
    const { steps } = model;
    const stepsNow = steps - this.firstStep;
    const epoch = Math.min(this.epoch, this.lastEpoch);
    return { reason, steps, stepsNow, epoch, stepMilliseconds, waitedMilliseconds: dataset.waitedMs };
  }

  /** Whether a period of so many images has ended with this step. */
  private isDue(period: number, images: number): boolean {
    const { totalIters } = this.model;
    return Math.floor(totalIters / period) > Math.floor((totalIters - images) / period);
  }

  private get at(): TrackPoint {
    const { dataset, model, opt, epoch } = this;
    const iteration = Math.min(dataset.batchIndex * imagesPerStep(opt), dataset.length);
    return { step: model.totalIters, epoch, iteration };
  }

  private get place(): string {
    return `epoch ${this.epoch}, step ${this.model.steps}`;
  }

  private async report(images: number, milliseconds: number, learningRate: number): Promise<StepReport> {
    const { opt, dataset, model } = this;
    const waited = dataset.waitedMs - this.waitedBefore;
    this.waitedBefore = dataset.waitedMs;
    return {
      at: this.at,
      losses: await model.getCurrentLosses(),
      time: { computeSeconds: milliseconds / 1000 / images, dataSeconds: waited / 1000 / images },
      learningRate,
      imagesPerEpoch: dataset.length,
      imagesLeft: this.imagesLeft(),
      isPrintDue: this.isDue(opt.printFreq, images),
    };
  }

  private imagesLeft(): number {
    const { dataset, opt, model, at } = this;
    const inEpochs = (this.lastEpoch - this.epoch + 1) * dataset.length - at.iteration;
    return Math.min(inEpochs, (opt.maxSteps - model.steps) * imagesPerStep(opt));
  }

  /** Every epoch has a sample on the page and in the event file, however short. */
  private async showEpoch(): Promise<void> {
    const due = { html: this.pageEpoch !== this.epoch, events: this.eventEpoch !== this.epoch };
    if (due.html || due.events) await this.showVisuals(due);
  }

  private async showVisuals(due: { readonly events: boolean; readonly html: boolean }): Promise<void> {
    if (due.html) this.pageEpoch = this.epoch;
    if (due.events) this.eventEpoch = this.epoch;
    await this.model.computeVisuals();
    this.emit({ kind: 'images', at: this.at, visuals: await this.model.getCurrentVisuals(), due });
    if (due.events) await this.showSamples();
  }

  private async showSamples(): Promise<void> {
    const { model, job } = this;
    if (job.samples === undefined) return;
    const { samples } = job;
    const visuals = await withAverages(model, () => samples.visuals(model));
    this.emit({ kind: 'samples', at: this.at, visuals });
  }

  private tagsOfStep(batch: Batch): string[] | undefined {
    if (!this.isDue(this.opt.saveLatestFreq, batch.A.shape[0])) return undefined;
    return this.opt.saveByIter ? ['latest', `iter_${this.model.totalIters}`] : ['latest'];
  }

  private async save(tags: readonly string[], place: Place): Promise<void> {
    await requireFiniteWeights(this.model, this.place);
    await this.model.save(tags, place, this.bestL1);
    this.isSaved ||= tags.includes('latest');
    this.emit({ kind: 'saved', tags, at: this.at });
  }

  private start(): TrainingStart {
    const { dataset, model, job } = this;
    const before = model.totalIters;
    const plan = {
      imagesPerEpoch: dataset.length,
      epochs: this.lastEpoch,
      firstStep: before + 1,
      lastStep: before + this.imagesLeft(),
    };
    const networks = networkRecords(model.networks);
    const { lossNames } = model.graph;
    return { plan, networks, lossNames, folders: dataset.folders, resumedFrom: job.resumedFrom };
  }

  private plan(): string {
    const { dataset, model, job } = this;
    const { epoch, batchIndex, batchesPerEpoch } = dataset;
    if (epoch > this.lastEpoch) {
      return `nothing is left to train: the run has finished its ${this.lastEpoch} epochs (more: --n_epochs, --n_epochs_decay)`;
    }
    const validation = job.validationImages > 0 ? `, validating on ${job.validationImages}` : '';
    const images = `${dataset.length} images${validation}`;
    if (model.loadedFrom === undefined) return `training on ${images}`;
    const place = batchIndex === 0 ? '' : `, after batch ${batchIndex} of ${batchesPerEpoch}`;
    return `training goes on in epoch ${epoch}${place} (${model.steps} steps made), on ${images}`;
  }

  private emit(event: TrainingEvent): void {
    this.surroundings.emit(event);
  }
}
