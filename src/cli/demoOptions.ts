import type { OptionTable, OptionValues } from '../options/spec.js';

/** The options of `pix2pix demo` (`npm start`); the defaults are for under three minutes on two cores. */
export const DEMO_OPTIONS = {
  out: {
    kind: 'string',
    default: './demo',
    metavar: 'DIR',
    group: 'Demonstration',
    help: 'where data set, run and results are put',
  },
  size: {
    kind: 'choice',
    default: '128',
    choices: ['64', '128', '256'],
    group: 'Demonstration',
    help: 'side of the images in pixels; 256 is as in the paper and takes about ten times as long',
  },
  count: {
    kind: 'int',
    default: 120,
    min: 2,
    max: 100_000,
    group: 'Demonstration',
    help: 'pairs of images that are made to learn from',
  },
  steps: {
    kind: 'int',
    default: 800,
    min: 1,
    group: 'Demonstration',
    help: 'training steps, one image each',
  },
  seed: { kind: 'int', default: 0, min: 0, group: 'Demonstration', help: 'what everything is drawn from' },
  intra_threads: {
    kind: 'int',
    default: 0,
    min: 0,
    max: 1024,
    group: 'Demonstration',
    help: 'threads that compute; 0 = one for each core, bound to it',
  },
  quiet: { kind: 'flag', group: 'Demonstration', help: 'say nothing but warnings and errors' },
  verbose: { kind: 'flag', group: 'Demonstration', help: 'say more' },
} as const satisfies OptionTable;

/** The parsed options of `pix2pix demo`. */
export type DemoOptions = OptionValues<typeof DEMO_OPTIONS>;
