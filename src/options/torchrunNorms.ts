import type { Argument } from './arguments.js';
import type { OptionTable } from './spec.js';

/** Norms of the reference's trainings under torchrun (its README, "Multi-GPU training", and `get_norm_layer`). */
const NORMS_UNDER_TORCHRUN: Readonly<Record<string, string>> = {
  syncbatch: 'batch',
  sync_batch: 'batch',
  sync_instance: 'instance',
};

/**
 * A word of the reference as ours: its `--norm syncbatch` is `--norm batch --sync_norm`. A test, whose table has no
 * `sync_norm`, sees one image, and an instance norm sees one anyway.
 */
export function inOurTerms(argument: Argument, table: OptionTable): Argument[] {
  const { flag, text = '', written } = argument;
  if (flag !== 'norm' || !Object.hasOwn(NORMS_UNDER_TORCHRUN, text)) return [argument];
  const norm = { flag, text: NORMS_UNDER_TORCHRUN[text], written };
  const isShared = norm.text === 'batch' && Object.hasOwn(table, 'sync_norm');
  return isShared ? [norm, { flag: 'sync_norm', text: undefined, written }] : [norm];
}
