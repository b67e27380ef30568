import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ALONE, type Place } from '../../data/batch/batchShare.js';
import { createDataset } from '../../data/createDataset.js';
import type { Dataset } from '../../data/loading/dataset.js';
import type { TrainOptions } from '../../options/trainOptions.js';

const PHASE = 'val';

/** Whether the data root has a folder `val`, or `valA`. */
export async function hasValidationFolder({ dataroot }: TrainOptions): Promise<boolean> {
  const isFolder = async (name: string) => {
    const found = await stat(join(dataroot, name)).catch(() => undefined);
    return found?.isDirectory() ?? false;
  };
  return (await isFolder(PHASE)) || (await isFolder(`${PHASE}A`));
}

/**
 * The validation set as a test would read it: one image at a time, in order, at `--crop_size`, never mirrored.
 * @param among of several processes that take images in turn, which this one is; default: it takes all
 */
export function openValidationSet(
  opt: TrainOptions,
  onWarning: (text: string) => void,
  { rank, size }: Place = ALONE,
): Promise<Dataset> {
  const still = {
    isTrain: false,
    serialBatches: true,
    noFlip: true,
    batchSize: size,
    loadSize: opt.cropSize,
  };
  const sharing = { rank, size, together: size };
  return createDataset({ ...opt, ...still, phase: PHASE }, { onWarning, sharing });
}
