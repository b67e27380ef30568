import type { Manifest } from './manifest.js';

/** One checkpoint of a folder; where its manifest is damaged there is none, and `problem` says how. */
export interface ListedCheckpoint {
  readonly tag: string;
  readonly manifest?: Manifest;
  readonly problem?: string;
}

/**
 * By the order of saving: after training anew in the same folder, or from an earlier epoch on, epoch 5 is newer than the
 * old epoch 200. Those that were not counted come after, the highest epoch first.
 */
export function newestFirst(a: ListedCheckpoint, b: ListedCheckpoint): number {
  if (a.manifest === undefined || b.manifest === undefined) return Number(!a.manifest) - Number(!b.manifest);
  const { saveNumber = 0, epoch, totalIters } = b.manifest;
  const bySave = saveNumber - (a.manifest.saveNumber ?? 0);
  return bySave || epoch - a.manifest.epoch || totalIters - a.manifest.totalIters;
}

/** Of the next save among checkpoints that are all of a folder. */
export function nextSaveNumber(checkpoints: readonly ListedCheckpoint[]): number {
  return 1 + Math.max(0, ...checkpoints.map(({ manifest }) => manifest?.saveNumber ?? 0));
}
