import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { Sharing } from './batch/batchShare.js';
import { BUILT_IN_DATASETS } from './builtInDatasets.js';
import { type BatchPlan, BatchProducer } from './loading/batchProducer.js';
import { type BatchSupply, Dataset } from './loading/dataset.js';
import { WorkerSupply } from './loading/workerSupply.js';
import type { DataOptions } from './options.js';
import type { SearchSurroundings } from './pair/imageFolder.js';
import type { SampleSource } from './pair/sampleSource.js';
import { foldersOf, openSource, type SourcePlan } from './pair/sourcePlan.js';

/** Makes the source of a data set from the run's options; where that takes long, `onProgress` is told how far it is. */
export type DatasetFactory = (
  opt: DataOptions,
  surroundings: { readonly onProgress?: (text: string) => void },
) => SampleSource | Promise<SampleSource>;

const factories = new Map<string, DatasetFactory>();

/**
 * Adds a data set under a name for `--dataset_mode`. A name that is taken is replaced.
 *
 * @param factory see `SampleSource` for an example; its samples are made in the thread that calls `createDataset`
 */
export function registerDataset(name: string, factory: DatasetFactory): void {
  factories.set(name, factory);
}

/** Whether `--dataset_mode name` is as this package brings it: only then do other threads know it too. */
export function isBuiltInDataset(name: string): boolean {
  return Object.hasOwn(BUILT_IN_DATASETS, name) && !factories.has(name);
}

/** The names that `--dataset_mode` takes. */
export function datasetModes(): string[] {
  return [...new Set([...Object.keys(BUILT_IN_DATASETS), ...factories.keys()])];
}

/** The connection of a data set with its caller. */
export interface DatasetSurroundings {
  readonly onWarning?: (message: string) => void;
  readonly onProgress?: (text: string) => void;
  /** Of several processes: which has which images of a batch, whose size is that of all together. */
  readonly sharing?: Sharing;
}

/**
 * The data of a run, as its options say: found, ordered, and decoded ahead of use.
 *
 * @param surroundings `onWarning` is told, once and by default on stderr, of each image that cannot be used, of other
 *   files beside the images, and of what files have more than is seen; `onProgress` of how far it is, when finding the
 *   images takes longer than a second
 * @throws Pix2PixError for an unknown mode, a data root without images, unmatched names, or options that disagree
 */
export async function createDataset(
  opt: DataOptions,
  { onWarning = console.warn, onProgress, sharing }: DatasetSurroundings = {},
): Promise<Dataset> {
  const found = await open(opt, { onWarning, onProgress });
  const source = 'kind' in found ? openSource(found) : found;
  const length = Math.min(source.length, opt.maxDatasetSize);
  if (!(length > 0)) {
    throw new Pix2PixError('the data set is empty', {
      dataset_mode: opt.datasetMode,
      dataroot: opt.dataroot,
    });
  }
  return new Dataset(createSupply(found, source, { length, sharing }, opt), {
    length,
    batchSize: opt.batchSize,
    epoch: opt.epochCount ?? 1,
    lookahead: opt.numThreads === 0 ? 0 : Math.max(2, Math.ceil(opt.numThreads / opt.batchSize)),
    crossesEpochs: opt.isTrain,
    onWarning,
    folders: 'kind' in found ? foldersOf(found) : found.files,
  });
}

async function open(opt: DataOptions, surroundings: SearchSurroundings): Promise<SourcePlan | SampleSource> {
  const factory = factories.get(opt.datasetMode);
  if (factory !== undefined) return factory(opt, { onProgress: surroundings.onProgress });
  if (Object.hasOwn(BUILT_IN_DATASETS, opt.datasetMode))
    return BUILT_IN_DATASETS[opt.datasetMode](opt, surroundings);
  throw new Pix2PixError(
    'unknown data set',
    { dataset_mode: opt.datasetMode, 'there are': datasetModes().join(', ') },
    'pass one of these as --dataset_mode, or add yours by registerDataset',
  );
}

function createSupply(
  found: SourcePlan | SampleSource,
  source: SampleSource,
  shared: Pick<BatchPlan, 'length' | 'sharing'>,
  opt: DataOptions,
): BatchSupply {
  const plan = {
    ...shared,
    batchSize: opt.batchSize,
    seed: opt.seed,
    shuffle: opt.isTrain && !opt.serialBatches,
    strict: opt.strict,
    replaceBad: opt.isTrain,
    slots: Math.max(1, opt.numThreads),
  };
  if ('kind' in found && opt.numThreads > 0) return new WorkerSupply({ source: found, plan });
  const producer = new BatchProducer(source, plan);
  return {
    request: (epoch, batchIndex, skipped) => producer.produce(epoch, batchIndex, skipped),
    setAwaited: () => {},
    close: () => producer.close(),
  };
}
