import type { OptionExtension } from '../extension.js';
import type { OptionTable } from '../spec.js';
import { OUTPUT_OPTIONS } from './outputOptions.js';

const TEST_MODEL_OPTIONS = {
  model_suffix: {
    kind: 'string',
    default: '',
    metavar: 'TEXT',
    group: 'Which checkpoint to load',
    stored: 'never',
    check: (text) => (/^\w{0,32}$/.test(text) ? undefined : 'it is the end of a name, such as _A'),
    help: 'which generator of the run: the network G and this, such as _A or _B of a CycleGAN',
  },
  ...OUTPUT_OPTIONS,
} as const satisfies OptionTable;

/** One generator of any run, for images without targets: the reference's `models/test_model.py`. */
export function extendForTestModel(isTrain: boolean): OptionExtension {
  if (isTrain) return {};
  return {
    options: TEST_MODEL_OPTIONS,
    defaults: { dataset_mode: 'single' },
    datasetModes: ['single', 'aligned', 'unaligned', 'mnist'],
  };
}
