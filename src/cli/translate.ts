import { Command, Option } from 'commander';
import { commandLine } from '../base/commandLine.js';
import { counted } from '../base/counted.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { Progress } from '../base/progress.js';
import type { Place } from '../data/batch/batchShare.js';
import { MAX_FILE_BYTES } from '../data/decode/limits.js';
import type { NumberDepth } from '../data/raster/toUnits.js';
import { DEVICE_NAMES } from '../engine/devices/registry.js';
import { isBeside } from '../inference/besideFiles.js';
import { formatLike, type ImageFormat, imageFormats } from '../inference/encodeImage.js';
import { loadGenerator } from '../inference/loadGenerator.js';
import { pixelOptions } from '../inference/portable/imageFormats.js';
import { type TranslationFailure, translateFiles } from '../inference/translateFiles.js';
import type { TranslationJob } from '../inference/translationJob.js';
import { fileJob, translationJobs } from '../inference/translationJobs.js';
import { parseInputFolders } from '../options/inputFolders.js';
import { threadsOfRank } from '../training/parallel/launch.js';
import { shownExamples } from './command.js';
import { JobProgress } from './jobProgress.js';
import {
  type DeviceFlags,
  deviceOptions,
  type ModelFlags,
  sourceOptions,
  withDeviceOptions,
  withModelOptions,
} from './modelOptions.js';
import { print, printError, printNote } from './output.js';
import { jobsOfPart, partOf, readPart } from './sharedFiles.js';
import { exitCodeOf, watchSignals } from './signals.js';
import { tellFailures } from './tellFailures.js';
import { wholeNumberIn } from './wholeNumber.js';

const ABOUT = [
  'Translates images with a trained generator; each keeps its size. Batch norm goes by the statistics of each image, as',
  'in pix2pix test, unless --norm_mode running. Dropout is off, so that the same image gives the same translation.',
].join(' ');

const DEVICE = 'what computes; auto: what the run was trained on, where that is here, else the processor';

const EXAMPLES = [
  'pix2pix translate --model facades_pix2pix labels.png photo.png',
  'pix2pix translate --model facades_pix2pix labels/ photos/ --format jpg',
  'pix2pix translate --model generator.onnx "in/**/*.png" out/',
  'mpirun -n 4 npx pix2pix-ts translate --model maps photos/ maps/ --skip_existing',
  'pix2pix translate --model maps --tile 512 --norm_mode running aerial.tif map.tif',
  'curl -s https://example.org/labels.png | pix2pix translate --model facades_pix2pix - - > photo.png',
];

/** The options of `pix2pix translate`, by flag. */
interface Flags extends ModelFlags, DeviceFlags {
  readonly tile?: number;
  readonly overlap?: number;
  readonly keep_alpha?: boolean;
  readonly depth?: string;
  readonly format?: ImageFormat | 'same';
  readonly quality?: number;
  readonly intra_threads: number;
  readonly part?: Place;
  readonly skip_existing?: boolean;
}

/**
 * `pix2pix translate`.
 * @param setExitCode told 1 when some image could not be translated, and the signal's when one ended the work
 */
export function translateCommand(setExitCode: (code: number) => void): Command {
  const command = new Command('translate');
  return withDeviceOptions(withModelOptions(command), ['auto', ...DEVICE_NAMES], DEVICE)
    .description(ABOUT)
    .option('--tile <pixels>', 'translate large images in tiles of this size, blended', wholeNumberIn(1))
    .option('--overlap <pixels>', 'that neighbouring tiles share (default: a quarter)', wholeNumberIn(0))
    .option('--keep_alpha', "give the translation its image's alpha channel")
    .addOption(
      new Option(
        '--depth <bits>',
        'of a channel: 16 for png, tiff and npy; float for tiff and npy (default: 8, or what the numbers of the training need)',
      ).choices(['8', '16', 'float']),
    )
    .addOption(
      new Option(
        '--format <name>',
        "of the output; same: the input's, where it can be written (default: its name's; png in a folder)",
      ).choices([...imageFormats, 'same']),
    )
    .option('--quality <1-100>', 'of jpg and webp (default: 95)', wholeNumberIn(1, 100))
    .option('--intra_threads <n>', 'threads of the engine; 0: one a core', wholeNumberIn(0, 1024), 0)
    .option(
      '--part <i/n>',
      'do the i-th of n parts of the files (default: by the launcher, else all)',
      readPart,
    )
    .option('--skip_existing', 'leave out what is translated already')
    .argument(
      '<in out...>',
      'images: files, folders, "patterns", or - for stdin; and last where they go: a file, a folder, or - for stdout',
    )
    .addHelpText('after', shownExamples(EXAMPLES))
    .action(async (paths: string[], flags: Flags) => {
      if (paths.length < 2) {
        const facts = { given: paths.join(' ') };
        throw new Pix2PixError(
          'the output is missing',
          facts,
          commandLine('translate', '--model', 'RUN', 'in.png', 'out.png'),
        );
      }
      setExitCode(
        await translate(paths.slice(0, -1), paths.at(-1)!, { ...flags, ...deviceOptions(command, flags) }),
      );
    });
}

/** The depths that `--depth` names. */
const DEPTHS: Readonly<Record<string, NumberDepth>> = { 8: 8, 16: 16, float: 'float' };

/** The formats that `--quality` is for. */
const LOSSY: readonly ImageFormat[] = ['jpg', 'webp'];

async function translate(inputs: string[], output: string, flags: Flags): Promise<number> {
  const part = flags.part ?? partOf(process.env);
  const all = await jobsOf(inputs, output, flags.format, part.rank === 0 ? printNote : () => {});
  const ofPart = jobsOfPart(all, part, flags.skip_existing ?? false);
  if (ofPart.length === 0 && all.length > 0) {
    print(`${nameOf(part)}nothing is left to translate of ${counted(all.length, 'image')}`);
    return 0;
  }
  if (flags.quality !== undefined && !ofPart.some(({ format }) => LOSSY.includes(format)))
    printNote(`--quality ${flags.quality} changes nothing: ${ofPart[0].format} loses nothing`);
  const stop = new AbortController();
  const progress = new JobProgress();
  const generator = await loadGenerator(flags.model, {
    ...sourceOptions(flags),
    device: flags.device,
    gpu: flags.gpu,
    threads: flags.intra_threads || threadsOfRank(process.env),
    startsFast: ofPart.length === 1 && flags.tile === undefined,
  });
  const folders = parseInputFolders(pixelOptions(generator.info.options).inputFolders);
  const first = ofPart.filter(({ name }) => !isBeside(name, folders));
  const jobs = first.length > 0 ? first : ofPart;
  const watch = watchSignals(
    (signal) => stop.abort(stopped(signal)),
    'stopping after the image under way; press Ctrl-C again to stop at once',
  );
  try {
    const show = (unit: Progress['unit']) => (done: number, total: number) =>
      progress.report({ stage: 'translating', unit, done, total });
    const { translated, failures } = await translateFiles(generator, jobs, {
      tile: flags.tile,
      overlap: flags.overlap,
      depth: DEPTHS[flags.depth ?? ''],
      keepAlpha: flags.keep_alpha,
      quality: flags.quality,
      stop: stop.signal,
      onNote: printNote,
      ...(jobs.length === 1 ? { onTile: show('tiles') } : { onImage: show('images') }),
    });
    progress.end();
    const code = report(translated, failures, output, nameOf(part));
    return watch.signal === undefined ? code : exitCodeOf(watch.signal);
  } finally {
    watch.dispose();
    await generator.dispose();
  }
}

const nameOf = ({ rank, size }: Place) => (size === 1 ? '' : `part ${rank + 1} of ${size}: `);

const stopped = (signal: string) =>
  new Pix2PixError(
    'the translation was stopped',
    { signal },
    'what was written is whole: run the command again',
  );

const STDIO = '-';

async function jobsOf(
  inputs: readonly string[],
  output: string,
  format: ImageFormat | 'same' | undefined,
  onNote: (text: string) => void,
): Promise<TranslationJob[]> {
  const isPiped = inputs.includes(STDIO);
  if (!isPiped && output !== STDIO) return translationJobs(inputs, output, format, onNote);
  if (inputs.length > 1) {
    const facts = { in: inputs.join(' '), out: output };
    throw new Pix2PixError(
      'stdin and stdout hold one image',
      facts,
      'give one image: a file, or - for stdin',
    );
  }
  if (output !== STDIO) {
    const job = fileJob('stdin', output, format);
    return [{ ...job, source: await readStdin() }];
  }
  const [source, name] = isPiped ? [await readStdin(), 'stdin'] : [inputs[0], inputs[0]];
  return [{ source, name, output: writeStdout, format: formatLike(name, format) ?? 'png' }];
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    bytes += chunk.length;
    if (bytes > MAX_FILE_BYTES) {
      const facts = { limit: `${MAX_FILE_BYTES} bytes` };
      throw new Pix2PixError('what comes from stdin is too large', facts, 'translate it as a file, in parts');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function writeStdout(file: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(file, (error) => (error ? reject(error) : resolve()));
  });
}

/** On stderr where the picture itself goes to stdout. Gives the exit code. */
function report(
  translated: number,
  failures: readonly TranslationFailure[],
  output: string,
  part: string,
): number {
  const total = translated + failures.length;
  if (failures.length === 1 && total === 1) {
    printError(`error: ${failures[0].error.message}`);
    return 1;
  }
  const where = output === STDIO ? 'stdout' : output;
  if (output !== STDIO) print(`${part}translated ${translated} of ${counted(total, 'image')} to ${where}`);
  return tellFailures(
    'images were not translated',
    failures.map(({ error }) => error),
    total,
  );
}
