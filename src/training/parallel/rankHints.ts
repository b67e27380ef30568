import { counted } from '../../base/counted.js';
import type { NETWORK_OPTIONS } from '../../options/networkOptions.js';
import type { OptionValues } from '../../options/spec.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import type { Ranks } from './ranks.js';

type HintedOptions = Pick<TrainOptions, 'batchSize' | 'syncNorm' | 'preprocess' | 'layerForms'> &
  Pick<OptionValues<typeof NETWORK_OPTIONS>, 'norm'>;

/** From so many ranks on, waiting for all of them at every norm is worth a thought. */
const MANY = 8;

/** What is worth to know before several ranks train with these options; nothing for a process that is alone. */
export function rankHints(
  { norm, batchSize, syncNorm, preprocess, layerForms }: HintedOptions,
  ranks: Pick<Ranks, 'size'> | undefined,
): string[] {
  if (ranks === undefined) return [];
  const hints: string[] = [];
  if (norm === 'batch' && !syncNorm) {
    hints.push(
      `batch norms take the statistics of each rank's ${counted(batchSize, 'image')}, and the running ` +
        'ones that are saved are those of rank 0; --sync_norm takes those of the whole batch, --norm instance needs none',
    );
  }
  if (norm === 'batch' && syncNorm && ranks.size >= MANY) {
    hints.push(
      `--sync_norm has all ${ranks.size} ranks wait for each other at every norm; --norm instance has none wait`,
    );
  }
  if (batchSize > 1) {
    hints.push(
      `--batch_size ${batchSize} is that of each rank: a step takes ${batchSize * ranks.size} images, and an epoch has as ` +
        'many fewer updates; with --batch_size 1 it has the most',
    );
  }
  if (!preprocess.endsWith('crop')) {
    const times = layerForms === 'rule' ? '' : ', and times its layers (--layer_forms rule does not)';
    hints.push(
      `--preprocess ${preprocess} lets images differ in size: every rank prepares each size that it meets${times} while the ` +
        'others wait, and with --sync_norm small images count as much as large ones',
    );
  }
  return hints;
}
