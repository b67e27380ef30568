import { counted } from '../../base/counted.js';
import { keptInWords } from '../keptImages.js';
import { versionsWith } from '../saved/versions.js';
import type { Training } from '../training.js';
import { imageSides } from './imageSides.js';
import { networkRecords } from './networkRecords.js';
import type { TrainingStart } from './trainingEvents.js';
import type { TrainingProgress } from './trainingProgress.js';

/** The facts for the record when a training begins or goes on. */
export function trainingStart(
  { opt, dataset, model, resumedFrom }: Training,
  progress: TrainingProgress,
): TrainingStart {
  const before = model.totalIters;
  const plan = {
    imagesPerEpoch: dataset.length,
    epochs: progress.lastEpoch,
    firstStep: before + 1,
    lastStep: before + progress.imagesLeft(dataset.epoch),
  };
  const networks = networkRecords(model.networks);
  const { name, adapter, versions } = model.device;
  return {
    plan,
    device: { name, ...(adapter !== undefined && { adapter }) },
    versions: versionsWith(versions),
    networks,
    lossNames: model.graph.lossNames,
    folders: dataset.folders,
    resumedFrom,
    labelPalette: opt.labelPalette,
  };
}

/** The plan of a training, in one line. */
export async function describePlan(
  { opt, dataset, model, validationImages, keptImages }: Training,
  lastEpoch: number,
): Promise<string> {
  const { epoch, batchIndex, batchesPerEpoch } = dataset;
  if (epoch > lastEpoch) {
    return `nothing is left to train: the run has finished its ${lastEpoch} epochs (more: --n_epochs, --n_epochs_decay)`;
  }
  const validation = validationImages > 0 ? `, validating on ${validationImages}` : '';
  const padded = opt.preprocess === 'pad' && 'padded to what the networks take, results cut back';
  const facts = [await imageSides(dataset.folders, opt.datasetMode), keptInWords(keptImages), padded];
  const images = [counted(dataset.length, 'image'), ...facts.filter((fact) => fact)].join(', ') + validation;
  if (model.loadedFrom === undefined) return `training on ${images}`;
  const place = batchIndex === 0 ? '' : `, after batch ${batchIndex} of ${batchesPerEpoch}`;
  return `training goes on in epoch ${epoch}${place} (${model.steps} steps made), on ${images}`;
}
