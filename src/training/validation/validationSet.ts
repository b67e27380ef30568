import { stat } from 'node:fs/promises';
import { join } from 'node:path';
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

/** The validation set as a test would read it: one image at a time, in order, at `--crop_size`, never mirrored. */
export function openValidationSet(opt: TrainOptions, onWarning: (text: string) => void): Promise<Dataset> {
  const still = { isTrain: false, serialBatches: true, noFlip: true, batchSize: 1, loadSize: opt.cropSize };
  return createDataset({ ...opt, ...still, phase: PHASE }, { onWarning });
}
