import { program } from '../base/commandLine.js';
import { counted } from '../base/counted.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { formatIgnoredHelp, formatOptionHelp, WIDEST, wrap } from '../options/help.js';
import { tableFor } from '../options/parse.js';
import { TEST_OPTIONS } from '../options/testOptions.js';
import { parseTestOptions, parsing } from '../training/options.js';
import { type Launch, launchOf } from '../training/parallel/launch.js';
import type { TestSummary } from '../training/testCommand.js';
import { type Command, type Example, formatExamples } from './command.js';
import { completedOptions } from './completion/completedOptions.js';
import { JobProgress } from './jobProgress.js';
import { print } from './output.js';
import { untilSignal } from './untilSignal.js';

const EXAMPLES: readonly Example[] = [
  {
    does: 'translate the test images of the data that the run was trained on',
    line: 'pix2pix test --name facades_pix2pix',
  },
  {
    does: 'the checkpoint that was best in validation, on the first ten of other images',
    line: 'pix2pix test --name facades_pix2pix --epoch best --dataroot ./more --phase val --num_test 10',
  },
];

const ABOUT =
  'Translates images with a trained model and writes them, with their metrics, as a page: ' +
  '<results_dir>/<name>/<phase>_<epoch>/index.html. The checkpoint knows the options of its training, which need ' +
  'not be repeated; those given here win, except that the networks must be the same.';

/** `pix2pix test`. */
export const testCommand: Command = {
  help: (argv, columns) =>
    [
      `Usage: ${program()} test --name NAME [options]`,
      wrap(ABOUT, Math.min(columns, WIDEST)).join('\n'),
      formatExamples('Examples', EXAMPLES, columns),
      formatOptionHelp(testTable(argv), columns),
      formatIgnoredHelp(columns),
    ].join('\n\n'),
  completions: (summary) => [completedOptions('test', summary, TEST_OPTIONS, false)],
  run: async (argv) => {
    const opt = parseTestOptions(argv);
    const launch = launchOf(process.env);
    if (launch !== undefined && launch.rank > 0) return 1; // the first tells why
    if (launch !== undefined) throw severalRanks(launch);
    const { test } = await import('../training/testCommand.js'); // help and refused options do without
    return untilSignal(async (stop) => {
      const progress = new JobProgress();
      const summary = await test(opt, stop, {
        message: print,
        progress: (done, total) => progress.report({ stage: 'translating', unit: 'images', done, total }),
      });
      progress.end();
      if (!opt.quiet) print(describeResults(summary));
    });
  },
};

/** All would write the same page. */
function severalRanks({ size, launcher }: Launch): Pix2PixError {
  return new Pix2PixError(
    'a test is one process, since it writes one page',
    { 'started by': `${launcher}, as one of ${size} ranks` },
    'start it without the launcher; pix2pix translate shares files out among ranks',
  );
}

/** The figures of a test and where its page is. */
export function describeResults({ images, means, page }: TestSummary): string {
  const { count, l1, psnr, ssim } = means;
  const figures = `: L1 ${l1.toFixed(4)}, PSNR ${psnr.toFixed(2)} dB, SSIM ${ssim.toFixed(4)}`;
  return `${counted(images, 'image')}${count > 0 ? figures : ''}\nresults: ${page}`;
}

/** A test may leave --dataroot out, because the checkpoint knows it. */
function testTable(argv: readonly string[]) {
  const table = tableFor(argv, TEST_OPTIONS, { isTrain: false, ...parsing() });
  return { ...table, dataroot: { ...TEST_OPTIONS.dataroot, required: false } };
}
