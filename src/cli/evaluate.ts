import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { Place } from '../data/batch/batchShare.js';
import {
  METRIC_NAMES,
  METRICS,
  type MetricFacts,
  type MetricName,
  showMeasure,
} from '../data/metrics/metrics.js';
import { DEVICE_NAMES } from '../engine/devices/registry.js';
import { evaluate } from '../evaluation/evaluate.js';
import { bestOf, type EvaluatedSubject, type Evaluation, measuredIn } from '../evaluation/evaluation.js';
import { type LabelSettings, readPalette } from '../evaluation/labels.js';
import { valueRangeFault } from '../options/valueRange.js';
import { threadsOfRank } from '../training/parallel/launch.js';
import { shownExamples } from './command.js';
import { JobProgress } from './jobProgress.js';
import { type DeviceFlags, deviceOptions, withDeviceOptions } from './modelOptions.js';
import { print, printError } from './output.js';
import { partOf, readPart } from './sharedFiles.js';
import { exitCodeOf, watchSignals } from './signals.js';
import { type Column, columnsOf, formatTable, hasColours } from './terminalTable.js';
import { wholeNumberIn } from './wholeNumber.js';

interface Flags extends DeviceFlags {
  readonly checkpoints_dir: string;
  readonly epoch: readonly string[];
  readonly dataroot?: string;
  readonly phase: string;
  readonly num_test?: number;
  readonly eval?: boolean;
  readonly target?: string;
  readonly value_range?: string;
  readonly features: readonly string[];
  readonly label_nc?: number;
  readonly palette?: string;
  readonly ignore_label?: number;
  readonly rank_by?: MetricName;
  readonly shown: number;
  readonly out: string;
  readonly intra_threads: number;
  readonly part?: Place;
}

const EXAMPLES = [
  'pix2pix evaluate facades_pix2pix --epoch all',
  'pix2pix evaluate first second --epoch best --dataroot datasets/facades --phase val --rank_by SSIM',
  'pix2pix evaluate facades_pix2pix --features inception.onnx,lpips.onnx --rank_by FID',
  'pix2pix evaluate translations/ --target datasets/facades/testB',
  'pix2pix evaluate photo2label --palette colours.json --rank_by mIoU',
];

const DEVICE = 'what computes; auto: what each run was trained on, where that is here, else the processor';

/** `pix2pix evaluate`. */
export function evaluateCommand(setExitCode: (code: number) => void): Command {
  const list = (text: string) => text.split(',').filter((part) => part !== '');
  const command = new Command('evaluate')
    .description(
      'Measures checkpoints of runs, and folders of images that anything has made, on the same images: a table, curves over ' +
        'epochs, the best and the worst images as a page, JSON and CSV. Under a launcher processes share the images out.',
    )
    .option('--epoch <tags>', 'of runs: latest, best, 5, several as 5,10,best, or all', list, ['latest'])
    .option('--checkpoints_dir <folder>', 'where runs are', './checkpoints')
    .option('--dataroot <folder>', 'the images (default: those that each run was trained on)')
    .option('--phase <name>', 'subfolder of the data root', 'test')
    .option('--num_test <n>', 'the first so many images only', wholeNumberIn(1, 1e9))
    .option('--eval', 'running statistics and no dropout; otherwise both as in training')
    .option('--target <folder>', 'for folders of images: what they should be, under the same names')
    .option(
      '--value_range <low,high>',
      'for folders of other numbers than pictures: those of black and white; auto: what the targets hold',
      readRange,
    )
    .option(
      '--features <files>',
      'feature networks for LPIPS, FID, KID, precision and recall: a.onnx,b.onnx',
      list,
      [],
    )
    .option(
      '--label_nc <n>',
      'images are label maps of so many classes, which their grey levels number; runs that make labels know theirs',
      wholeNumberIn(2, 256),
    )
    .option('--palette <file>', "images are label maps in colours: a JSON list of the classes' colours")
    .option('--ignore_label <n>', 'the class whose pixels are not counted', wholeNumberIn(0, 255))
    .addOption(
      new Option(
        '--rank_by <metric>',
        'metric that orders checkpoints and images (default: L1; mIoU of labels)',
      ).choices(METRIC_NAMES),
    )
    .option('--shown <n>', 'number of best and of worst images on the page', wholeNumberIn(0, 100), 4)
    .option('--out <folder>', 'where it is written', './results/evaluation')
    .option('--intra_threads <n>', 'threads of the engine; 0: one a core', wholeNumberIn(0, 1024), 0)
    .option(
      '--part <i/n>',
      'the i-th of n parts of the images (default: by the launcher, else all)',
      readPart,
    )
    .argument('<run...>', 'runs by name or folder, and folders of images');
  return withDeviceOptions(command, ['auto', ...DEVICE_NAMES], DEVICE)
    .addHelpText('after', shownExamples(EXAMPLES))
    .action(async (subjects: string[], flags: Flags) => {
      setExitCode(await run(subjects, { ...flags, ...deviceOptions(command, flags) }));
    });
}

async function run(subjects: readonly string[], flags: Flags): Promise<number> {
  const part = flags.part ?? partOf(process.env);
  const labels = labelsOf(flags);
  const { rank_by: rankBy } = flags;
  requireFeatures(flags);
  const threads = flags.intra_threads || threadsOfRank(process.env);
  const stop = new AbortController();
  const watch = watchSignals((signal) => stop.abort(stopped(signal)), 'stopping; nothing is written');
  const progress = new JobProgress();
  try {
    const evaluation = await evaluate({
      ...{ subjects, labels, rankBy, features: flags.features, shown: flags.shown, out: flags.out },
      runs: {
        checkpointsDir: flags.checkpoints_dir,
        epochs: flags.epoch,
        argv: testWords(flags),
        threads,
        part,
        say: part.rank === 0 ? printError : () => {},
      },
      folders: { target: flags.target, part, most: flags.num_test, valueRange: flags.value_range },
      onProgress: progress.report,
      stop: stop.signal,
    });
    progress.end();
    if (evaluation === undefined)
      print(`part ${part.rank + 1} of ${part.size} is done; the last one writes the page`);
    else print(described(evaluation, flags.out));
    return 0;
  } catch (error) {
    if (watch.signal === undefined) throw error;
    printError(`error: ${(error as Error).message}`);
    return exitCodeOf(watch.signal);
  } finally {
    progress.end();
    watch.dispose();
  }
}

function labelsOf({ label_nc, palette: path, ignore_label: ignored }: Flags): LabelSettings | undefined {
  const palette = path === undefined ? undefined : readPalette(path);
  const classes = palette?.length ?? label_nc;
  if (classes === undefined) return undefined;
  if (label_nc !== undefined && label_nc !== classes)
    throw new Pix2PixError(
      'palette and classes disagree',
      { '--label_nc': label_nc, colours: classes },
      'leave --label_nc out',
    );
  return { classes, palette, ignored };
}

/** @throws Pix2PixError where the wanted metric cannot be measured */
function requireFeatures({ rank_by: rankBy, features }: Flags): void {
  if (rankBy === undefined || features.length > 0) return;
  const { needs }: MetricFacts = METRICS[rankBy];
  if (needs === 'features')
    throw new Pix2PixError(
      `${rankBy} needs a feature network`,
      { '--rank_by': rankBy },
      'pass --features FILE.onnx: docs/evaluation.md',
    );
}

function readRange(text: string): string {
  const fault = valueRangeFault(text);
  if (fault === undefined) return text;
  throw new InvalidArgumentError(`It ${fault}.`);
}

/** As `pix2pix test` would be told. */
function testWords({ dataroot, phase, num_test, eval: evaluates, device, gpu }: Flags): string[] {
  return [
    ...['--phase', phase],
    ...(dataroot === undefined ? [] : ['--dataroot', dataroot]),
    ...(num_test === undefined ? [] : ['--num_test', `${num_test}`]),
    ...(evaluates ? ['--eval'] : []),
    ...(device === 'auto' ? [] : ['--device', device]),
    ...(gpu === undefined ? [] : ['--gpu', gpu]),
  ];
}

const stopped = (signal: string) =>
  new Pix2PixError('the evaluation was stopped', { signal }, 'run the command again');

/** The table as the terminal shows it, the best values in bold, and where the rest is. */
function described(evaluation: Evaluation, out: string): string {
  const { subjects, rankBy } = evaluation;
  const columns: Column<EvaluatedSubject>[] = [
    { title: 'RUN', text: ({ run }) => run, shrinkTo: 20 },
    { title: 'CHECKPOINT', text: ({ tag = '' }) => tag, rank: 1 },
    { title: 'EPOCH', text: ({ epoch }) => `${epoch ?? ''}`, alignRight: true },
    ...measuredIn(evaluation).map(
      (name, i): Column<EvaluatedSubject> => ({
        title: name,
        text: ({ summary }) => showMeasure(name, summary.measures[name]),
        colour: (subject) =>
          subjects.length > 1 && bestOf(subjects, rankBy) === subject ? 'bold' : undefined,
        alignRight: true,
        ...(name !== rankBy && { rank: 100 - i }),
      }),
    ),
  ];
  const lines = formatTable(columns, subjects, columnsOf(process.stdout), hasColours(process.stdout));
  const counts = new Set(subjects.map(({ summary }) => summary.count));
  return [...lines, `${[...counts].join(', ')} images\nresults: ${join(out, 'index.html')}`].join('\n');
}
