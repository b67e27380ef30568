import { program } from '../base/commandLine.js';
import { formatOptionHelp, WIDEST, wrap } from '../options/help.js';
import { type OptionMarks, toOptions } from '../options/optionsObject.js';
import { parseOptions } from '../options/parse.js';
import type { Command } from './command.js';
import { completedOptions } from './completion/completedOptions.js';
import { DEMO_OPTIONS, type DemoOptions } from './demoOptions.js';
import { surviveLostOutput } from './lostOutput.js';
import { runDemo } from './runDemo.js';
import { untilSignal } from './untilSignal.js';

const ABOUT =
  'Shows the whole way on data of its own: makes facades and their label maps, trains a small pix2pix on them with ' +
  'visible progress, translates labels that it has not seen, and says where the page of results is.';

/** `pix2pix demo`, which `npm start` runs. */
export const demoCommand: Command = {
  help: (_argv, columns) =>
    [
      `Usage: ${program()} demo [options]`,
      wrap(ABOUT, Math.min(columns, WIDEST)).join('\n'),
      formatOptionHelp(DEMO_OPTIONS, columns),
    ].join('\n\n'),
  completions: (summary) => [completedOptions('demo', summary, DEMO_OPTIONS, true)],
  run: async (argv) => {
    const { values, given } = parseOptions(argv, DEMO_OPTIONS);
    surviveLostOutput();
    return untilSignal((stop) => runDemo(toOptions<DemoOptions & OptionMarks>(values, given, true), stop));
  },
};
