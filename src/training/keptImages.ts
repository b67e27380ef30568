import { formatBytes } from '../base/byteSize.js';
import { machineMemory } from '../base/machineMemory.js';
import { type CacheBound, cacheBound } from '../data/cache/cacheBound.js';
import type { Dataset } from '../data/loading/dataset.js';
import type { MemoryModel } from '../engine/runtime/memoryModel.js';
import { parseCacheImages } from '../options/cacheImages.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { type MemoryUse, memoryLimit } from './model/fitMemory.js';

/** What a training does about the images that it decodes: it keeps those that fit, or none. */
export interface KeptImages {
  /** Absent where none is kept. */
  readonly bound?: CacheBound;
  /** The bytes that those take which fit, about. */
  readonly bytes: number;
  /** The share of all images that they are, 0 ... 1. */
  readonly share: number;
}

/** The memory that a training has, and what it takes of it. */
export interface TrainingMemory {
  readonly memory: MemoryModel;
  readonly needs: MemoryUse['needs'];
  /** How many train on this machine together. */
  readonly processes?: number;
}

const NONE: KeptImages = { bytes: 0, share: 0 };

/**
 * Decides by `--cache_images`, the size of the images, and the memory that the training leaves. What is read only once,
 * in the last epoch, is not kept.
 *
 * @returns undefined where there is nothing to decide: images that are no files, a single epoch, `off`
 */
export async function planKeptImages(
  dataset: Pick<Dataset, 'epoch' | 'length' | 'sizeInMemory'>,
  opt: TrainOptions,
  { memory, needs, processes = 1 }: TrainingMemory,
): Promise<KeptImages | undefined> {
  const setting = parseCacheImages(opt.cacheImages)!;
  if (setting === 0 || dataset.epoch >= opt.nEpochs + opt.nEpochsDecay) return undefined;
  const size = await dataset.sizeInMemory();
  if (size === undefined) return undefined;
  const machine = machineMemory();
  const sharing = opt.memoryLimit === undefined ? processes : 1; // the limit is that of each process
  const left = memory.isHost
    ? memoryLimit(opt, memory) / sharing - (needs?.total ?? memory.processBytes)
    : machine.available / processes;
  const bound = cacheBound(setting, left, machine);
  if (bound === undefined || bound.bytes * dataset.length < size) return NONE; // not a single one
  const bytes = Math.min(size, bound.bytes);
  return { bound, bytes, share: size === 0 ? 1 : bytes / size };
}

/** `kept in memory (147 MB)`, said of all images; undefined where there was nothing to decide. */
export function keptInWords(kept: KeptImages | undefined): string | undefined {
  if (kept === undefined) return undefined;
  if (kept.bound === undefined) return 'decoded anew in each epoch, since no memory is left for them';
  const of = kept.share < 1 ? `${Math.floor(100 * kept.share)} % of them ` : '';
  return `${of}kept in memory (${formatBytes(kept.bytes)})`;
}
