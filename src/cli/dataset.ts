import { basename, relative, resolve } from 'node:path';
import { Argument, Command, InvalidArgumentError } from 'commander';
import { commandLine } from '../base/commandLine.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { combineFolders } from '../data/make/combineFolders.js';
import {
  type DatasetName,
  MNIST,
  PUBLISHED_DATASETS,
  type PublishedDataset,
} from '../data/make/download/catalogue.js';
import { downloadDataset } from '../data/make/download/downloadDataset.js';
import { downloadDigits } from '../data/make/download/downloadDigits.js';
import { splitPairs } from '../data/make/splitPairs.js';
import { synthesizeFacades } from '../data/make/synthesizeFacades.js';
import { shownExamples } from './command.js';
import { inspectCommand } from './datasetInspect.js';
import { cropCommand, processCommand } from './datasetMakers.js';
import { runJob } from './jobProgress.js';
import { print, printNote } from './output.js';
import { tellFailures } from './tellFailures.js';
import { wholeNumber } from './wholeNumber.js';

/**
 * `pix2pix dataset`.
 * @param setExitCode told 1 when some images were broken and left out
 */
export function datasetCommand(setExitCode: (code: number) => void): Command {
  return new Command('dataset')
    .description('Looks at data to train on, makes it, joins or fetches it.')
    .addCommand(inspectCommand())
    .addCommand(synthCommand())
    .addCommand(processCommand(setExitCode))
    .addCommand(cropCommand(setExitCode))
    .addCommand(combineCommand(setExitCode))
    .addCommand(splitCommand(setExitCode))
    .addCommand(downloadCommand());
}

function synthCommand(): Command {
  return new Command('synth')
    .description(
      'draw facades: photographs (A, left) and their label maps (B, right), split into train, val and test',
    )
    .requiredOption('--out <dir>', 'folder of the data set')
    .option('--count <n>', 'number of pairs', wholeNumber, 400)
    .option('--size <pixels>', 'width and height of each image, 64 to 1024', wholeNumber, 256)
    .option('--seed <n>', 'the same seed draws the same set', wholeNumber, 0)
    .option('--overwrite', 'replace another synthetic set in the folder', false)
    .addHelpText(
      'after',
      examples(
        'dataset synth --out datasets/facades_synth',
        'dataset synth --out datasets/small --count 60 --size 128 --seed 7',
      ),
    )
    .action(async ({ out, count, size, seed, overwrite }) => {
      const set = await runJob(
        'the drawing',
        'nothing was kept: run the command again',
        (onProgress, signal) => synthesizeFacades({ out, count, size, seed, overwrite, onProgress, signal }),
      );
      const { train, val, test } = set.manifest.splits;
      say(
        `${set.written ? 'wrote' : 'nothing to do: this set is there already,'} ${count} pairs of ${size}×${size} in ${shown(set.out)}`,
        `  ${train} train, ${val} val, ${test} test; photograph left (A), label map right (B)`,
        ...trainHint(set.out, 'BtoA', size),
      );
    });
}

function combineCommand(setExitCode: (code: number) => void): Command {
  return new Command('combine')
    .description('join two folders of images, matched by file name, into side-by-side A|B pairs')
    .argument('<A>', 'images for the left half, flat or in train, val and test')
    .argument('<B>', 'images for the right half, laid out alike')
    .argument('<out>', 'folder of the pairs')
    .option(
      '--quality <1-100>',
      'write JPEG of this quality (default: PNG, which loses nothing)',
      wholeNumber,
    )
    .option('--use_AB', 'match x_A with x_B, and name the pair x', false)
    .option('--overwrite', 'replace pairs that are there already', false)
    .addHelpText(
      'after',
      examples(
        'dataset combine photos labels datasets/mine',
        'dataset combine photos labels datasets/mine --quality 95',
      ),
    )
    .action(async (a, b, out, { quality, use_AB: useAB, overwrite }) => {
      const fix = 'pairs written so far are whole: run again with --overwrite';
      const {
        splits,
        out: folder,
        ...made
      } = await runJob('the combining', fix, (onProgress, signal) =>
        combineFolders({ a, b, out, quality, useAB, overwrite, onProgress, onNote: printNote, signal }),
      );
      const counts = Object.entries(splits).map(([split, count]) => `${count} ${split || 'pairs'}`);
      say(
        `combined into ${shown(folder)}: ${counts.join(', ')}`,
        ...(splits.train ? trainHint(folder, 'AtoB') : []),
      );
      setExitCode(tellFailures('pairs were not combined', made.broken, made.pairs));
    });
}

function splitCommand(setExitCode: (code: number) => void): Command {
  return new Command('split')
    .description(
      'cut side-by-side A|B pairs into folders of single images, for CycleGAN: of each training pair one half',
    )
    .argument('<pairs>', 'folder of the pairs, in train, val and test')
    .argument('<out>', 'folder of trainA, trainB, testA, testB and so on')
    .addHelpText('after', examples('dataset split datasets/maps datasets/maps_unpaired'))
    .action(async (pairs, out) => {
      const fix = 'remove the folder, and run the command again';
      const {
        folders,
        out: to,
        ...made
      } = await runJob('the cutting', fix, (onProgress, signal) =>
        splitPairs({ pairs, out, onProgress, onNote: printNote, signal }),
      );
      const counts = Object.entries(folders).map(([folder, count]) => `${count} ${folder}`);
      say(
        `cut into ${shown(to)}: ${counts.join(', ')}`,
        'train on it:',
        trainLine('--recipe', 'cyclegan', '--dataroot', shown(to), '--name', `${runName(to)}_cyclegan`),
      );
      setExitCode(tellFailures('pairs were not cut', made.broken, made.pairs));
    });
}

function downloadCommand(): Command {
  const names = Object.keys(PUBLISHED_DATASETS);
  return new Command('download')
    .description(
      'fetch a data set published with the pix2pix paper, or MNIST; continues where an earlier try stopped',
    )
    .addArgument(new Argument('<name>', 'which one').choices([...names, 'mnist']))
    .option('--out <dir>', 'folder of the data set (default: datasets/<name>)')
    .option('--url <address>', 'fetch the .tar.gz from here; the files of MNIST from this folder')
    .option('--sha256 <hex>', 'refuse an archive with another checksum', checksum)
    .addHelpText(
      'after',
      `\nData sets\n${names.map(datasetLine).join('\n')}\n${datasetRow('mnist', MNIST.about)}`,
    )
    .addHelpText(
      'after',
      examples(
        'dataset download facades',
        'dataset download maps --out /data/maps --url https://example.org/maps.tar.gz',
      ),
    )
    .action(async (name: DatasetName | 'mnist', { out, url, sha256 }) => {
      if (name === 'mnist') {
        if (sha256 !== undefined)
          throw new Pix2PixError(
            '--sha256 is for archives',
            { mnist: 'is four files' },
            'leave it out: each has its known checksum',
          );
        return downloadMnist(out, url);
      }
      const published: PublishedDataset = PUBLISHED_DATASETS[name];
      if (published.note !== undefined && url === undefined) printNote(`${name}: ${published.note}`);
      const fix = 'run the same command again: it continues where this one stopped';
      const set = await runJob('the download', fix, (onProgress, signal) =>
        downloadDataset({ name, out, url, sha256, onProgress, signal }),
      );
      say(
        `${set.written ? `unpacked ${name} into` : `nothing to do: ${name} is there already, in`} ${shown(set.out)}`,
        ...trainHint(set.out, published.direction),
      );
    });
}

async function downloadMnist(out?: string, url?: string): Promise<void> {
  const fix = 'run the same command again: it continues where this one stopped';
  const set = await runJob('the download', fix, (onProgress, signal) =>
    downloadDigits({ out, url, onProgress, signal }),
  );
  say(
    `${set.written ? 'fetched mnist into' : 'nothing to do: mnist is there already, in'} ${shown(set.out)}`,
    'train on it:',
    trainLine('--recipe', 'mnist', '--dataroot', shown(set.out), '--name', 'mnist_gan'),
  );
}

/** A run's name for the data set of this folder. */
function runName(folder: string): string {
  return basename(folder).replace(/[^\w.-]+/g, '_');
}

/** The command to type next. Sets of small images get a smaller network and crops of its size. */
function trainHint(folder: string, direction: 'AtoB' | 'BtoA', size = 256): string[] {
  const name = `${runName(folder)}_pix2pix`;
  const crop = size < 128 ? 64 : 128;
  const load = Math.round((crop * 286) / 256);
  const small = ['--netG', `unet_${crop}`, '--load_size', `${load}`, '--crop_size', `${crop}`];
  const flags = ['--dataroot', shown(folder), '--name', name, '--direction', direction];
  return ['train on it:', trainLine(...flags, ...(size < 256 ? small : []))];
}

const trainLine = (...flags: string[]) => `  ${commandLine('train', ...flags)}`;

function datasetLine(name: string): string {
  const { about, note }: PublishedDataset = PUBLISHED_DATASETS[name as DatasetName];
  return datasetRow(name, about) + (note === undefined ? '' : `\n${' '.repeat(18)}(${note})`);
}

function datasetRow(name: string, about: string): string {
  return `  ${name.padEnd(15)} ${about}`;
}

function examples(...commands: string[]): string {
  return shownExamples(commands.map((command) => `pix2pix ${command}`));
}

function say(...lines: string[]): void {
  print(lines.join('\n'));
}

/** The path as a person would type it from here. */
function shown(path: string): string {
  const near = relative(process.cwd(), resolve(path));
  return near.startsWith('..') || near === '' ? path : near;
}

function checksum(text: string): string {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new InvalidArgumentError('It must be 64 hexadecimal digits.');
  return text;
}
