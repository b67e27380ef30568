import { join, resolve } from 'node:path';
import { commandLine } from '../base/commandLine.js';
import { synthesizeFacades } from '../data/make/synthesizeFacades.js';
import { parseTestOptions, parseTrainOptions } from '../training/options.js';
import { test } from '../training/testCommand.js';
import { train } from '../training/train.js';
import type { DemoOptions } from './demoOptions.js';
import { JobProgress } from './jobProgress.js';
import { print } from './output.js';
import { describeResults } from './test.js';

const NAME = 'facades_demo';
/** The demonstration's networks have half the channels of the paper's: a quarter of the work. */
const CHANNELS = '32';

/**
 * The whole way on data of its own: draws facades, trains on them, translates unseen label maps and says where the
 * page of results is.
 *
 * @param stop when aborted, what is under way is finished in good order and the rest is left out
 */
export async function runDemo(opt: DemoOptions, stop: AbortSignal): Promise<void> {
  const say = (text: string) => void (opt.quiet || print(text));
  const dataroot = join(opt.out, `facades_${opt.size}_${opt.count}`);
  await draw(opt, dataroot, stop, say);
  say(`\n2 of 3: training pix2pix on them, ${opt.steps} steps; Ctrl-C saves and stops`);
  const common = ['--dataroot', dataroot, '--name', NAME, '--checkpoints_dir', join(opt.out, 'checkpoints')];
  const machine = ['--intra_threads', `${opt.intraThreads}`, '--seed', `${opt.seed}`, ...flags(opt)];
  await train(parseTrainOptions([...common, ...machine, ...trainingFlags(opt)]), stop);
  if (stop.aborted) {
    const test = commandLine('test', '--name', NAME, '--checkpoints_dir', join(opt.out, 'checkpoints'));
    say(`stopped; see what it has learned so far: ${test}`);
    return;
  }
  say('\n3 of 3: translating label maps that it has not seen');
  const progress = new JobProgress();
  const summary = await test(
    parseTestOptions([...common, ...machine, '--results_dir', join(opt.out, 'results')]),
    stop,
    {
      message: opt.verbose ? say : () => {},
      progress: (done, total) => progress.report({ stage: 'translating', unit: 'images', done, total }),
    },
  );
  progress.end();
  say(describeResults({ ...summary, page: resolve(summary.page) }));
  say(
    `open the page in a browser; how training went: ${resolve(opt.out, 'checkpoints', NAME, 'web', 'index.html')}`,
  );
  say(`\n${nextSteps(opt)}`);
}

function nextSteps({ out }: DemoOptions): string {
  const runs = join(out, 'checkpoints');
  const steps: readonly (readonly [does: string, ...words: string[]])[] = [
    ['see its curves and images in the browser', 'dashboard', '--logdir', runs],
    [
      'make a web page that translates with it',
      ...['export', '--model', join(runs, NAME), '--format', 'web', '--out', join(out, 'web')],
    ],
    ['learn from pairs of your own', 'train', '--dataroot', './datasets/mine', '--name', 'mine'],
  ];
  const lines = steps.map(([does, ...words]) => `  ${does}:\n    ${commandLine(...words)}`);
  return ['what to do next', ...lines].join('\n');
}

async function draw(opt: DemoOptions, out: string, signal: AbortSignal, say: (text: string) => void) {
  say(`1 of 3: drawing ${opt.count} facades and their label maps in ${out}`);
  const progress = new JobProgress();
  try {
    await synthesizeFacades({
      out,
      count: opt.count,
      size: Number(opt.size),
      seed: opt.seed,
      onProgress: progress.report,
      signal,
    });
  } finally {
    progress.end();
  }
}

function trainingFlags({ size, steps, count }: DemoOptions): string[] {
  const side = Number(size);
  const epochs = Math.ceil(steps / Math.max(1, Math.round(count * 0.8)));
  return [
    ...['--direction', 'BtoA', '--netG', `unet_${size}`, '--ngf', CHANNELS, '--ndf', CHANNELS],
    ...['--load_size', `${Math.round((side * 286) / 256)}`, '--crop_size', size, '--max_steps', `${steps}`],
    ...['--n_epochs', `${epochs}`, '--n_epochs_decay', '0', '--save_epoch_freq', `${epochs}`],
    ...['--display_freq', '100', '--update_html_freq', '100', '--print_freq', '20', '--val_freq', '0'],
  ];
}

function flags({ quiet, verbose }: DemoOptions): string[] {
  return [...(quiet ? ['--quiet'] : []), ...(verbose ? ['--verbose'] : [])];
}
