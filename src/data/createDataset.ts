import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { Sharing } from './batch/batchShare.js';
import { BUILT_IN_DATASETS } from './builtInDatasets.js';
import { ImageReader } from './cache/imageReader.js';
import { sizeOfSet } from './cache/sizeOfSet.js';
import { datasetModes, registeredDataset } from './datasetRegistry.js';
import { type BatchPlan, BatchProducer } from './loading/batchProducer.js';
import { type BatchSupply, Dataset } from './loading/dataset.js';
import { WorkerSupply } from './loading/workerSupply.js';
import type { DataOptions } from './options.js';
import type { SearchSurroundings } from './pair/imageFolder.js';
import type { SampleSource } from './pair/sampleSource.js';
import { foldersOf, openSource, type SourcePlan } from './pair/sourcePlan.js';

/** The connection of a data set with its caller. */
export interface DatasetSurroundings {
  readonly onWarning?: (message: string) => void;
  readonly onProgress?: (text: string) => void;
  /** @internal Of several processes: which has which images of a batch, whose size is that of all together. */
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
  const reader = new ImageReader();
  const source = 'kind' in found ? openSource(found, reader) : found;
  const length = Math.min(source.length, opt.maxDatasetSize);
  if (!(length > 0)) {
    throw new Pix2PixError('the data set is empty', {
      dataset_mode: opt.datasetMode,
      dataroot: opt.dataroot,
    });
  }
  return new Dataset(createSupply(found, { source, reader }, { length, sharing }, opt), {
    length,
    batchSize: opt.batchSize,
    epoch: opt.epochCount ?? 1,
    lookahead: opt.numThreads === 0 ? 0 : Math.max(2, Math.ceil(opt.numThreads / opt.batchSize)),
    crossesEpochs: opt.isTrain,
    onWarning,
    folders: 'kind' in found ? foldersOf(found) : found.files,
    ...('kind' in found && { sizeInMemory: () => sizeOfSet(found, length) }),
  });
}

async function open(opt: DataOptions, surroundings: SearchSurroundings): Promise<SourcePlan | SampleSource> {
  const factory = registeredDataset(opt.datasetMode);
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
  { source, reader }: { source: SampleSource; reader: ImageReader },
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
    keepImages: (bound) => reader.keepWithin(bound),
    setAwaited: () => {},
    close: () => producer.close(),
  };
}
