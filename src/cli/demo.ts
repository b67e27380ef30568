import { formatOptionHelp, WIDEST, wrap } from '../options/help.js';
import { type OptionMarks, toOptions } from '../options/optionsObject.js';
import { parseOptions } from '../options/parse.js';
import type { OptionTable, OptionValues } from '../options/spec.js';
import type { Command } from './command.js';
import { surviveLostOutput } from './lostOutput.js';
import { runDemo } from './runDemo.js';
import { untilSignal } from './untilSignal.js';

/** What `pix2pix demo` (`npm start`) may be told; the defaults are for under three minutes on two cores. */
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
    help: 'threads that compute; 0 = as many as there are cores',
  },
  quiet: { kind: 'flag', group: 'Demonstration', help: 'say nothing but warnings and errors' },
  verbose: { kind: 'flag', group: 'Demonstration', help: 'say more' },
} as const satisfies OptionTable;

/** What `pix2pix demo` works by. */
export type DemoOptions = OptionValues<typeof DEMO_OPTIONS>;

const ABOUT =
  'Shows the whole way on data of its own: makes facades and their label maps, trains a small pix2pix on them with ' +
  'visible progress, translates labels that it has not seen, and says where the page of results is.';

/** `pix2pix demo`, which `npm start` runs. */
export const demoCommand: Command = {
  name: 'demo',
  summary: 'the whole way in three minutes: make data, train, look at the results',
  help: (_argv, columns) =>
    [
      'Usage: pix2pix demo [options]',
      wrap(ABOUT, Math.min(columns, WIDEST)).join('\n'),
      formatOptionHelp(DEMO_OPTIONS, columns),
    ].join('\n\n'),
  run: async (argv) => {
    const { values, given } = parseOptions(argv, DEMO_OPTIONS);
    surviveLostOutput();
    return untilSignal((stop) => runDemo(toOptions<DemoOptions & OptionMarks>(values, given, true), stop));
  },
};
