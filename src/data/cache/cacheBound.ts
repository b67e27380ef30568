import type { MachineMemory } from '../../base/machineMemory.js';

/** How much memory decoded images may take. Plain data, so that it can be sent to a worker. */
export interface CacheBound {
  readonly bytes: number;
  /** Bytes of the machine's memory that they leave free in any case; 0: they go by `bytes` alone. */
  readonly leaveFree: number;
}

/** The share of memory that stays free where nobody has named a size: others on the machine may want it any time. */
const SHARE_LEFT_FREE = 1 / 8;

/**
 * The memory for decoded images by `--cache_images`: a size as it is, or for `auto` half of what a training leaves.
 *
 * @param setting as `parseCacheImages` gives it
 * @param left bytes that the training itself does not take
 * @returns undefined where nothing is to be kept
 */
export function cacheBound(
  setting: 'auto' | number,
  left: number,
  { total }: Pick<MachineMemory, 'total'>,
): CacheBound | undefined {
  const bytes = setting === 'auto' ? Math.floor(left / 2) : setting;
  if (!(bytes > 0)) return undefined;
  return { bytes, leaveFree: setting === 'auto' ? Math.floor(total * SHARE_LEFT_FREE) : 0 };
}
