import { Pix2PixError } from '../errors/pix2pixError.js';
import { AlignedSource } from './alignedSource.js';
import { BatchProducer } from './batchProducer.js';
import { type BatchSupply, Dataset } from './dataset.js';
import type { DataOptions } from './options.js';
import { findPairs } from './pairs.js';
import type { SampleSource } from './sampleSource.js';
import { WorkerSupply } from './workerSupply.js';

/** Makes the source of a data set from the run's options; where that takes long, `onProgress` is told how far it is. */
export type DatasetFactory = (
  opt: DataOptions,
  surroundings: { readonly onProgress?: (text: string) => void },
) => SampleSource | Promise<SampleSource>;

const factories = new Map<string, DatasetFactory>([['aligned', createAligned]]);

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
  return factories.get(name) === createAligned;
}

/** The names that `--dataset_mode` takes. */
export function datasetModes(): string[] {
  return [...factories.keys()];
}

/**
 * The data of a run, as its options say: found, ordered, and decoded ahead of use.
 *
 * @param surroundings `onWarning` is told of each image that cannot be used, once, by default on stderr; `onProgress`
 *   of how far it is, when finding the images takes longer than a second
 * @throws Pix2PixError for an unknown mode, a data root without images, unmatched names, or options that disagree
 */
export async function createDataset(
  opt: DataOptions,
  {
    onWarning = console.warn,
    onProgress,
  }: { onWarning?: (message: string) => void; onProgress?: (text: string) => void } = {},
): Promise<Dataset> {
  const factory = factories.get(opt.datasetMode);
  if (factory === undefined) {
    throw new Pix2PixError(
      'unknown data set',
      { dataset_mode: opt.datasetMode, 'there are': datasetModes().join(', ') },
      'pass one of these as --dataset_mode, or add yours by registerDataset',
    );
  }
  const source = await factory(opt, { onProgress });
  const length = Math.min(source.length, opt.maxDatasetSize);
  if (!(length > 0)) {
    throw new Pix2PixError('the data set is empty', {
      dataset_mode: opt.datasetMode,
      dataroot: opt.dataroot,
    });
  }
  return new Dataset(createSupply(source, length, opt), {
    length,
    batchSize: opt.batchSize,
    epoch: opt.epochCount,
    lookahead: opt.numThreads === 0 ? 0 : Math.max(2, Math.ceil(opt.numThreads / opt.batchSize)),
    crossesEpochs: opt.isTrain,
    onWarning,
  });
}

function createSupply(source: SampleSource, length: number, opt: DataOptions): BatchSupply {
  const plan = {
    length,
    batchSize: opt.batchSize,
    seed: opt.seed,
    shuffle: opt.isTrain && !opt.serialBatches,
    strict: opt.strict,
    replaceBad: opt.isTrain,
    slots: Math.max(1, opt.numThreads),
  };
  if (source instanceof AlignedSource && opt.numThreads > 0) {
    return new WorkerSupply({ opt: source.opt, pairs: source.pairs, plan });
  }
  const producer = new BatchProducer(source, plan);
  return {
    request: (epoch, batchIndex) => producer.produce(epoch, batchIndex),
    setAwaited: () => {},
    close: () => producer.close(),
  };
}

async function createAligned(
  opt: DataOptions,
  { onProgress }: Parameters<DatasetFactory>[1],
): Promise<AlignedSource> {
  checkChannels('input_nc', opt.inputNc);
  checkChannels('output_nc', opt.outputNc);
  const { preprocess, loadSize, cropSize, noFlip, isTrain, direction, inputNc, outputNc } = opt;
  const { rotate, colorJitter, photoSide, cutout } = opt;
  const usesBoth = preprocess === 'resize_and_crop' || preprocess === 'scale_width_and_crop';
  if (usesBoth && loadSize < cropSize) {
    throw new Pix2PixError(
      'the crop is larger than the image',
      { load_size: loadSize, crop_size: cropSize },
      `pass --load_size ${cropSize} or more, or a smaller --crop_size`,
    );
  }
  return new AlignedSource(
    {
      ...{ preprocess, loadSize, cropSize, noFlip, isTrain, direction, inputNc, outputNc },
      ...{ rotate, colorJitter, photoSide, cutout },
    },
    await findPairs(opt.dataroot, opt.phase, onProgress),
  );
}

function checkChannels(flag: string, channels: number): void {
  if (channels === 1 || channels === 3) return;
  throw new Pix2PixError(
    'images have 1 or 3 channels',
    { [flag]: channels, dataset_mode: 'aligned' },
    `pass --${flag} 3 for RGB or 1 for grayscale, or register a data set with more channels`,
  );
}
