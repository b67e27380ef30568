import type { Program } from '../src/engine/ir/program.js';
import { buildModel } from '../src/models/buildModel.js';
import type { ModelOptions } from '../src/models/definition.js';
import { findModel } from '../src/models/registry.js';
import { stepOf } from '../src/models/stepDefinition.js';
import { parseTrainOptions } from '../src/training/options.js';

/** The program of a whole training step by these flags of `pix2pix train`, on square images. It takes no memory. */
export function trainingStep(flags: readonly string[] = [], side = 256): Program {
  const opt = parseTrainOptions(['--dataroot', 'none', ...flags], { onNotice: () => {} });
  const graph = buildModel(findModel(opt.model), opt as unknown as ModelOptions);
  return stepOf(graph).program({ batch: opt.batchSize, height: side, width: side, format: 'u8' });
}
