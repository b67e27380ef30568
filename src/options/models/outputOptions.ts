import type { OptionTable } from '../spec.js';

/** What the numbers mean that a generator of pix2pix takes and gives: whoever uses it needs to know. */
export const OUTPUT_OPTIONS = {
  pixel_range: {
    kind: 'choice',
    default: 'symmetric',
    choices: ['symmetric', 'unit'],
    stored: 'generator',
    group: 'Networks',
    help: 'numbers that the networks see for black and white: symmetric is -1 and 1, unit is 0 and 1',
  },
  label_loss: {
    kind: 'choice',
    default: 'l1',
    choices: ['l1', 'cross_entropy'],
    stored: 'generator',
    group: 'Losses',
    help: 'how labels that come out are learnt: by L1, as pictures, or by the cross-entropy of their classes; the generator then ends in a softmax, not in tanh',
  },
} as const satisfies OptionTable;
