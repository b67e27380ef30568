import type { NETWORK_OPTIONS } from '../../options/networkOptions.js';
import type { OptionValues } from '../../options/spec.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import type { Ranks } from './ranks.js';

type HintedOptions = Pick<TrainOptions, 'batchSize' | 'syncNorm' | 'preprocess'> &
  Pick<OptionValues<typeof NETWORK_OPTIONS>, 'norm'>;

/** What is worth to know before several ranks train with these options; nothing for a process that is alone. */
export function rankHints(
  { norm, batchSize, syncNorm, preprocess }: HintedOptions,
  ranks: Pick<Ranks, 'size'> | undefined,
): string[] {
  if (ranks === undefined) return [];
  const hints: string[] = [];
  if (norm === 'batch' && !syncNorm) {
    hints.push(
      `batch norms take the statistics of each rank's ${batchSize} ${batchSize === 1 ? 'image' : 'images'}, and the running ` +
        'ones that are saved are those of rank 0; --sync_norm takes those of the whole batch, --norm instance needs none',
    );
  }
  if (!preprocess.endsWith('crop')) {
    hints.push(
      `--preprocess ${preprocess} lets images differ in size: every rank prepares each size that it meets while the others ` +
        'wait, and with --sync_norm small images count as much as large ones',
    );
  }
  return hints;
}
