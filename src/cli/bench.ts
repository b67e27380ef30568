import { program } from '../base/commandLine.js';
import { formatOptionHelp, WIDEST, wrap } from '../options/help.js';
import { type OptionMarks, toOptions } from '../options/optionsObject.js';
import { parseOptions, tableFor } from '../options/parse.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { parsing } from '../training/options.js';
import { benchmark, type StepBenchmark } from '../training/profiling/benchmark.js';
import type { ProfileRow } from '../training/profiling/profileTables.js';
import { stepKernels } from '../training/profiling/stepKernels.js';
import { BENCH_OPTIONS, type BenchOptions, listedOptions, refuseOthers } from './benchOptions.js';
import { type Command, type Example, formatExamples } from './command.js';
import { completedOptions } from './completion/completedOptions.js';
import { JobProgress } from './jobProgress.js';
import { print, printError } from './output.js';
import { recipeHelp } from './recipeHelp.js';

/** Rows of a profile's longest table. */
const LAYERS_SHOWN = 20;

const EXAMPLES: readonly Example[] = [
  { does: 'how long a step takes on this machine, and where its time goes', line: 'pix2pix bench --profile' },
  {
    does: 'what four images at a time would bring, with instance norm',
    line: 'pix2pix bench --batch_size 4 --norm instance',
  },
];

const ABOUT =
  'Times training steps on synthetic images of --batch_size times --crop_size, with any options of pix2pix train. It ' +
  'needs no data set, and writes nothing. The command line of a training may be given as it is: options that are not ' +
  'listed here are read too, and change nothing.';

/** `pix2pix bench`. */
export const benchCommand: Command = {
  help: (argv, columns) =>
    [
      `Usage: ${program()} bench [options]`,
      wrap(ABOUT, Math.min(columns, WIDEST)).join('\n'),
      formatExamples('Examples', EXAMPLES, columns),
      ...recipeHelp(argv, BENCH_OPTIONS, columns),
      formatOptionHelp(
        listedOptions(tableFor(argv, BENCH_OPTIONS, { isTrain: true, ...parsing() })),
        columns,
      ),
    ].join('\n\n'),
  completions: (summary) => [completedOptions('bench', summary, BENCH_OPTIONS, true, listedOptions)],
  run: async (argv) => {
    const { values, given } = parseOptions(argv, BENCH_OPTIONS, { isTrain: true, ...parsing() });
    refuseOthers(given);
    const opt = toOptions<TrainOptions & BenchOptions & OptionMarks<true>>(values, given, true);
    if (opt.showKernels) {
      print(stepKernels(opt));
      return 0;
    }
    const progress = new JobProgress();
    const result = await benchmark(opt, {
      steps: opt.steps,
      profile: opt.profile,
      print: (text) => opt.quiet || printError(text),
      progress: (done, total) => progress.report({ stage: 'timing', unit: 'steps', done, total }),
    });
    progress.end();
    print(opt.json ? JSON.stringify(result) : describe(result));
    return 0;
  },
};

function describe({ steps, batch, flops, parameters, profile, ...machine }: StepBenchmark): string {
  const sorted = [...steps].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1];
  const perImage = batch > 1 ? `, ${inMs(median / batch)} an image` : '';
  const lines = [
    `a step: ${inMs(median)} (median of ${steps.length}, fastest ${inMs(sorted[0])})${perImage}`,
    `arithmetic: ${(flops / 1e9).toFixed(1)} GFLOP a step, ${(flops / median / 1e6).toFixed(0)} GFLOP/s`,
    `parameters: ${(parameters / 1e6).toFixed(1)} million`,
    `peak memory of this process: ${gigabytes(machine.peakRssBytes)}`,
    ...(machine.adapter === undefined ? [] : [`GPU: ${machine.adapter}`]),
    ...(machine.deviceBytes === undefined ? [] : [`memory of the GPU: ${gigabytes(machine.deviceBytes)}`]),
  ];
  if (profile === undefined) return lines.join('\n');
  return [
    lines.join('\n'),
    table('by kind of work', profile.byKind),
    table('by layer, forward and gradient', profile.byLayer),
    table('by operator', profile.byOperator),
  ].join('\n\n');
}

const inMs = (ms: number) => `${ms.toFixed(ms < 20 ? 1 : 0)} ms`;

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;

function table(title: string, rows: readonly ProfileRow[]): string {
  const shown = rows.slice(0, LAYERS_SHOWN);
  const rest = rows.slice(LAYERS_SHOWN);
  const sum = (key: 'milliseconds' | 'share') => rest.reduce((total, row) => total + row[key], 0);
  if (rest.length > 0) {
    shown.push({ what: `${rest.length} more`, milliseconds: sum('milliseconds'), share: sum('share') });
  }
  const width = Math.max(...shown.map(({ what }) => what.length));
  const line = ({ what, milliseconds, share }: ProfileRow) =>
    `  ${what.padEnd(width)} ${milliseconds.toFixed(1).padStart(8)} ms ${(share * 100).toFixed(1).padStart(5)} %`;
  return [title, ...shown.map(line)].join('\n');
}
