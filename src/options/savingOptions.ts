import type { OptionTable } from './spec.js';

/** Where a training begins, and which checkpoints it makes and keeps. */
export const SAVING_OPTIONS = {
  continue_train: {
    kind: 'flag',
    group: 'Saving and continuing',
    stored: 'never',
    help: 'go on exactly where the run --name stopped; its options need not be repeated',
  },
  epoch_count: {
    kind: 'int',
    default: 1,
    min: 1,
    group: 'Saving and continuing',
    stored: 'never',
    help: 'number of the first epoch; --continue_train knows it by itself',
  },
  save_latest_freq: {
    kind: 'int',
    default: 5000,
    min: 1,
    group: 'Saving and continuing',
    help: 'images between two checkpoints "latest"',
  },
  save_epoch_freq: {
    kind: 'int',
    default: 5,
    min: 1,
    group: 'Saving and continuing',
    help: 'epochs between two checkpoints that are kept',
  },
  save_by_iter: {
    kind: 'flag',
    group: 'Saving and continuing',
    help: 'keep every "latest" as iter_N too',
  },
  save_best: {
    kind: 'choice',
    default: 'L1',
    choices: [
      ...(['L1', 'PSNR', 'SSIM', 'MS-SSIM', 'LPIPS', 'FID', 'KID', 'precision', 'recall'] as const),
      ...(['accuracy', 'mIoU'] as const),
    ],
    group: 'Saving and continuing',
    help: 'what the checkpoint "best" is best at, in validation; LPIPS to recall need --features, accuracy and mIoU are of outputs that are labels',
  },
  early_stop: {
    kind: 'int',
    default: 0,
    min: 0,
    group: 'Saving and continuing',
    help: 'end after so many validations that were not better than the best one, by --save_best; 0 = never',
  },
  keep_last: {
    kind: 'int',
    default: Number.POSITIVE_INFINITY,
    min: 1,
    infinite: true,
    group: 'Saving and continuing',
    help: 'checkpoints that are kept besides the latest and the best; older ones are deleted',
  },
} as const satisfies OptionTable;
