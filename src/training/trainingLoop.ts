import type { TrainOptions } from '../options/trainOptions.js';
import type { TrackPoint } from '../records/writing/tracker.js';
import { saveUnlessDiverged } from './divergence.js';
import { withAverages } from './model/averagedNetworks.js';
import type { Place } from './model/savedProgress.js';
import { HistogramReports } from './report/histogramReports.js';
import { ImageReports } from './report/imageReports.js';
import { SkippedUpdates } from './report/skippedUpdates.js';
import { StepClock } from './report/stepClock.js';
import { StepReports } from './report/stepReports.js';
import type { TrainingEvent, TrainingSummary, TrainingSurroundings } from './report/trainingEvents.js';
import { TrainingProgress } from './report/trainingProgress.js';
import { describePlan, trainingStart } from './report/trainingStart.js';
import { type Training, withTraining } from './training.js';
import { BestSoFar } from './validation/bestValidation.js';
import { validate } from './validation/validate.js';

/**
 * Trains a model as its options say, in this thread, from the beginning or from its last checkpoint, until the last
 * epoch, `--max_steps`, or `shouldStop`. Saves before it returns.
 *
 * @throws Pix2PixError for everything that a person can correct; the last good checkpoint is then intact
 */
export function trainingLoop(
  opt: TrainOptions,
  surroundings: TrainingSurroundings,
): Promise<TrainingSummary> {
  return withTraining(opt, surroundings, (training) => trainEpochs(training, surroundings));
}

async function trainEpochs(training: Training, surroundings: TrainingSurroundings): Promise<TrainingSummary> {
  const { opt, model, dataset, validationImages, ranks, warn } = training;
  const emit = (event: TrainingEvent) => surroundings.emit(event);
  const shouldStop = () => surroundings.shouldStop();
  const isAskedToStop = surroundings.isAskedToStop ?? shouldStop;
  const progress = new TrainingProgress(opt, model, dataset);
  const clock = new StepClock(dataset);
  const steps = new StepReports(model, emit);
  const images = new ImageReports(training, emit);
  const histograms = new HistogramReports(model, emit);
  const skippedUpdates = await SkippedUpdates.begin(model.trained);
  const { lastEpoch } = progress;
  const best = new BestSoFar(opt.saveBest, training.best);

  const reasonToEnd = () =>
    shouldStop() ? 'stopped' : model.steps >= opt.maxSteps ? 'max_steps' : undefined;
  const end = (reason: TrainingSummary['reason'], epoch: number): TrainingSummary => {
    return { reason, steps: model.steps, stepsNow: progress.stepsNow, epoch, ...clock.totals };
  };
  const save = async (tags: readonly string[], at: TrackPoint, place: Place) => {
    await steps.settle(); // nothing is saved after a loss that is no number
    await saveUnlessDiverged(model, at, () => model.save(tags, place, best.state));
    emit({ kind: 'saved', tags, at });
  };

  emit({ kind: 'message', text: await describePlan(training, lastEpoch) });
  if (dataset.epoch > lastEpoch) return end('finished', lastEpoch);
  emit({ kind: 'started', ...trainingStart(training, progress) });
  const early = reasonToEnd();
  if (early !== undefined) return end(early, dataset.epoch);

  for (let epoch = dataset.epoch; epoch <= lastEpoch; epoch++) {
    const began = performance.now();
    for await (const batch of dataset) {
      const batchSize = batch.ofImages ?? batch.A.shape[0];
      const { learningRate } = model;
      const time = await clock.time(batchSize, async () => {
        model.setInput(batch);
        await model.optimizeParameters();
      });

      const isDue = (period: number) => progress.hasPassed(period, batchSize);
      const at = progress.at(epoch);
      const left = { imagesPerEpoch: dataset.length, imagesLeft: progress.imagesLeft(epoch) };
      const deviceBytes = model.device.allocatedBytes;
      await steps.add({ at, time, learningRate, ...left, deviceBytes, isPrintDue: isDue(opt.printFreq) });
      const due = { events: isDue(opt.displayFreq), html: isDue(opt.updateHtmlFreq) };
      const isHistogramDue = opt.histogramFreq > 0 && isDue(opt.histogramFreq);
      if (due.events || due.html || isHistogramDue) await steps.settle();
      await images.afterStep(at, due);
      if (isHistogramDue) await histograms.afterStep(at);

      const reason = reasonToEnd();
      // The last step of an epoch is followed by what ends the epoch, unless somebody waits for us to stop.
      const endsHere = reason === 'stopped' || (reason !== undefined && !progress.isEpochUsedUp);
      const isAsked = surroundings.takeSave?.() ?? false;
      if (isDue(opt.saveLatestFreq)) {
        await save(opt.saveByIter ? ['latest', `iter_${at.step}`] : ['latest'], at, dataset);
      } else if (endsHere || isAsked) await save(['latest'], at, dataset);
      if (endsHere) return end(reason, epoch);
    }

    await steps.settle();
    const at = progress.at(epoch);
    if (progress.stepsNow > 0) await images.afterEpoch(at);
    for (const notice of await skippedUpdates.sinceLast()) if (ranks?.isFirst ?? true) emit(notice); // all leave out the same
    const seconds = (performance.now() - began) / 1000;

    const isValidationDue = validationImages > 0 && epoch % opt.valFreq === 0;
    const validation = isValidationDue
      ? await withAverages(model, () =>
          validate(model, opt, { warn, shouldStop: isAskedToStop, ranks, looks: training.looks }),
        )
      : undefined;
    if (validation === 'stopped') {
      const { batchesPerEpoch: batchIndex, batchSize } = dataset;
      await save(['latest'], at, { epoch, batchIndex, batchSize }); // validated when it goes on
      return end('stopped', epoch);
    }
    if (validation !== undefined) emit({ kind: 'validated', at, result: validation });
    const isBest = validation !== undefined && best.add(validation, epoch);
    const whyOver = validation && best.reasonToEnd(opt.earlyStop);

    // The policy plateau watches the validations where there are any, and passes over the epochs between them.
    const watched = validation?.measures.L1 ?? (validationImages > 0 ? null : undefined);
    const learningRate = await model.updateLearningRate(watched);
    emit({ kind: 'epochEnded', at, seconds, learningRate });

    const isLast = epoch === lastEpoch || whyOver !== undefined;
    const reason = reasonToEnd();
    const tags: string[] = [];
    if (epoch % opt.saveEpochFreq === 0) tags.push('latest', `${epoch}`);
    else if (isLast || reason !== undefined) tags.push('latest');
    if (isBest) tags.push('best');
    if (tags.length > 0) await save(tags, at, dataset);
    if (whyOver !== undefined) {
      emit({ kind: 'message', text: whyOver });
      return end('finished', epoch);
    }
    if (reason !== undefined && !(isLast && reason === 'max_steps')) return end(reason, epoch);
  }
  return end('finished', lastEpoch);
}
