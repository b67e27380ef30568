import { commandLine, program } from '../base/commandLine.js';
import { formatIgnoredHelp, formatOptionHelp, WIDEST, wrap } from '../options/help.js';
import { tableFor } from '../options/parse.js';
import { TRAIN_OPTIONS, type TrainOptions } from '../options/trainOptions.js';
import { parseTrainOptions, parsing } from '../training/options.js';
import { launchOf } from '../training/parallel/launch.js';
import { SharedFailure } from '../training/parallel/ranks.js';
import { RankLost } from '../training/parallel/rankWatch.js';
import type { TrainingSummary } from '../training/report/trainingEvents.js';
import { TrainingFlags } from '../training/trainingFlags.js';
import { type Command, type Example, formatExamples } from './command.js';
import { completedOptions } from './completion/completedOptions.js';
import { startDashboardProcess } from './dashboardChild.js';
import { JobProgress } from './jobProgress.js';
import { surviveLostOutput } from './lostOutput.js';
import { print, printError } from './output.js';
import { recipeHelp } from './recipeHelp.js';
import { saveOnSignal } from './signals.js';
import { untilSignal } from './untilSignal.js';

const EXAMPLES: readonly Example[] = [
  {
    does: 'learn facades from label maps, as in the paper',
    line: 'pix2pix train --dataroot ./datasets/facades --name facades_pix2pix --direction BtoA',
  },
  {
    does: 'go on with it exactly where it stopped',
    line: 'pix2pix train --name facades_pix2pix --continue_train',
  },
  {
    does: 'a quick look on any machine: small images, a small network, a thousand steps',
    line: 'pix2pix train --dataroot ./mine --netG unet_128 --ngf 32 --load_size 143 --crop_size 128 --max_steps 1000',
  },
  {
    does: 'what memory and time batches of four would take, before training',
    line: 'pix2pix train --dataroot ./mine --batch_size 4 --dry_run',
  },
  {
    does: 'options from a file, one of them changed',
    line: 'pix2pix train --config facades.json --lr 0.0001',
  },
];

const ABOUT =
  'Trains a model on pairs of images. The run, with checkpoints, losses and samples, is kept in ' +
  '<checkpoints_dir>/<name>. Ctrl-C saves and stops. Names of options may be cut short while they stay unambiguous.';

/** A launcher sends the same signal when it ends a training of which a rank has died. */
const STOPPING_RANKS =
  'asked to stop: all ranks finish the step, then save. If a rank has died, go on from the last checkpoint with --continue_train';

/** `pix2pix train`. */
export const trainCommand: Command = {
  help: (argv, columns) =>
    [
      `Usage: ${program()} train --dataroot DIR [options]`,
      wrap(ABOUT, Math.min(columns, WIDEST)).join('\n'),
      ...recipeHelp(argv, TRAIN_OPTIONS, columns),
      formatExamples('Examples', EXAMPLES, columns),
      formatOptionHelp(tableFor(argv, TRAIN_OPTIONS, { isTrain: true, ...parsing() }), columns),
      formatIgnoredHelp(columns),
    ].join('\n\n'),
  completions: (summary) => [completedOptions('train', summary, TRAIN_OPTIONS, true)],
  run: async (argv) => {
    const opt = parseTrainOptions(argv);
    if (opt.dryRun) return showDryRun(opt);
    surviveLostOutput();
    const flags = new TrainingFlags();
    saveOnSignal(() => flags.askToSave());
    const launch = launchOf(process.env);
    const rank = launch?.rank ?? 0;
    const { train } = await import('../training/train.js'); // help and refused options do without
    const work = async (stop: AbortSignal) => {
      if (opt.dashboard && rank === 0)
        await startDashboardProcess(opt.checkpointsDir, opt.dashboardPort, printError);
      const summary = await train(opt, stop, { commandLine: ['train', ...argv], flags });
      if (!opt.quiet && !opt.json && rank === 0) print(ending(opt, summary));
    };
    try {
      return await untilSignal(work, launch && (rank === 0 ? STOPPING_RANKS : ''));
    } catch (error) {
      if (error instanceof RankLost) return endWithLostRanks(error);
      if (error instanceof SharedFailure && rank > 0) return 1; // the first rank tells of it
      throw error;
    }
  },
};

/** Its thread waits for the others and does not end. The launcher sees how this process ends, and ends them. */
function endWithLostRanks(error: RankLost): number {
  printError(`error: ${error.message}`);
  process.kill(process.pid, 'SIGKILL');
  return 1;
}

/** Of several ranks the first one predicts, for all of them. */
async function showDryRun(opt: TrainOptions): Promise<number> {
  const launch = launchOf(process.env);
  if (launch !== undefined && launch.rank > 0) return 0;
  const { dryRun } = await import('../training/profiling/dryRun.js');
  const { completeOptions } = await import('../training/saved/completeOptions.js');
  const progress = new JobProgress();
  const { text } = await dryRun(completeOptions(opt), {
    print: printError,
    progress: (done, total) => progress.report({ stage: 'timing', unit: 'layers', done, total }),
    launch,
  });
  progress.end();
  print(text);
  return 0;
}

/** The message at the end of a training, with the commands to go on with. */
export function ending(opt: TrainOptions, { reason, steps, epoch }: TrainingSummary): string {
  const place = `after ${steps} ${steps === 1 ? 'step' : 'steps'}, in epoch ${epoch}`;
  const elsewhere = opt.given.includes('checkpoints_dir') ? ['--checkpoints_dir', opt.checkpointsDir] : [];
  const run = ['--name', opt.name, ...elsewhere];
  if (steps === 0) return 'stopped before the first step; nothing has been saved';
  if (reason === 'finished') return `finished ${place}; see what it learned: ${commandLine('test', ...run)}`;
  return `saved and stopped ${place}; go on: ${commandLine('train', ...run, '--continue_train')}`;
}
