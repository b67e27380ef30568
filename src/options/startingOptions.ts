import type { OptionTable } from './spec.js';

/** What a new training begins with, besides weights drawn by chance. */
export const STARTING_OPTIONS = {
  init_from: {
    kind: 'string',
    default: '',
    metavar: 'RUN',
    group: 'Starting from others',
    stored: 'never',
    help: 'begin with the weights of another run, RUN or RUN/5.json, or of files, .pth, .safetensors or .pict, several with a comma between them',
  },
  init_partial: {
    kind: 'flag',
    group: 'Starting from others',
    stored: 'never',
    help: 'layers of --init_from that do not fit, as where channels are others, start afresh',
  },
  freeze: {
    kind: 'string',
    default: '',
    metavar: 'PATTERN',
    group: 'Starting from others',
    stored: 'discriminator', // what was frozen has no moments to go on with
    help: 'weights that are not trained, by the names in checkpoints: "G.model.model.0.*", several with a comma between them',
  },
} as const satisfies OptionTable;
