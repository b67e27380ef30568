import { Command, InvalidArgumentError, Option } from 'commander';
import { counted } from '../base/counted.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { cropTiles } from '../data/make/crop/cropTiles.js';
import { type ProcessSteps, processImages } from '../data/make/processImages.js';
import { shownExamples } from './command.js';
import { runJob } from './jobProgress.js';
import { print, printNote } from './output.js';
import { readSize } from './pixelSize.js';
import { tellFailures } from './tellFailures.js';
import { wholeNumberIn } from './wholeNumber.js';

const FIX = 'images written so far are whole: run again with --overwrite';

/**
 * `pix2pix dataset crop`.
 * @param setExitCode told 1 when some images were broken and left out
 */
export function cropCommand(setExitCode: (code: number) => void): Command {
  return new Command('crop')
    .description(
      'cut images of any size into square tiles, which may overlap, with palettes, numbers and places on the earth kept',
    )
    .argument('<images>', 'folder of images, with all folders below it')
    .argument('<out>', 'folder of the tiles')
    .option('--size <pixels>', 'width and height of a tile', wholeNumberIn(1, 16384), 256)
    .option('--overlap <pixels>', 'pixels that neighbours share', wholeNumberIn(0, 16383), 0)
    .option('--pairs', 'images are A|B pairs: cut both halves alike', false)
    .option('--overwrite', 'replace tiles that are there already', false)
    .addHelpText(
      'after',
      shownExamples([
        'pix2pix dataset crop aerial tiles --size 512 --overlap 64',
        'pix2pix dataset crop maps/train tiles/train --pairs',
      ]),
    )
    .action(
      async (
        from: string,
        out: string,
        flags: { size: number; overlap: number; pairs: boolean; overwrite: boolean },
      ) => {
        const { images, tiles, tooSmall, broken } = await runJob('the cutting', FIX, (onProgress, signal) =>
          cropTiles({ from, out, ...flags, onProgress, onNote: printNote, signal }),
        );
        const small = tooSmall === 0 ? '' : `, without ${tooSmall} that are smaller than a tile`;
        const cut = images - tooSmall - broken.length;
        print(`cut ${cut} ${cut === 1 ? 'image' : 'images'} into ${tiles} tiles in ${out}${small}`);
        setExitCode(tellFailures('images were not cut', broken, images));
      },
    );
}

interface ProcessFlags {
  readonly resize?: { readonly width: number; readonly height: number };
  readonly resize_filter: 'bicubic' | 'nearest';
  readonly gray: boolean;
  readonly edges: boolean;
  readonly edge_sigma: number;
  readonly edge_thresholds?: { readonly low: number; readonly high: number };
  readonly blank?: ProcessSteps['blank'];
  readonly overwrite: boolean;
}

/** `pix2pix dataset process`. `setExitCode` as of `cropCommand`. */
export function processCommand(setExitCode: (code: number) => void): Command {
  return new Command('process')
    .description(
      'make images of images: resized, grey, their edges, with a rectangle painted white; in this order',
    )
    .argument('<images>', 'folder of images, with all folders below it')
    .argument('<out>', 'folder of the new images, under the same names as PNG')
    .option('--resize <size>', 'to 256, or 512x256 (width x height)', readSize)
    .addOption(
      new Option('--resize_filter <name>', 'nearest keeps palettes and the numbers of classes')
        .choices(['bicubic', 'nearest'])
        .default('bicubic'),
    )
    .option('--gray', 'one channel, the luma', false)
    .option('--edges', 'edges by the method of Canny, white on black', false)
    .option('--edge_sigma <pixels>', 'standard deviation of the blur before edges are found', readNumber, 1.4)
    .option(
      '--edge_thresholds <low,high>',
      'a gradient above HIGH (grey levels a pixel) is an edge; one above LOW is, if it touches an edge (default: 4,10)',
      readThresholds,
    )
    .option(
      '--blank <l,t,w,h>',
      'a white rectangle: left, top, width and height as fractions of the image, such as 0.25,0.25,0.5,0.5',
      readRectangle,
    )
    .option('--overwrite', 'replace images that are there already', false)
    .addHelpText(
      'after',
      shownExamples([
        'pix2pix dataset process photos edges --resize 256 --edges',
        'pix2pix dataset process photos holes --blank 0.25,0.25,0.5,0.5',
      ]),
    )
    .action(async (from: string, out: string, { overwrite, ...flags }: ProcessFlags) => {
      const steps = stepsOf(flags);
      if (Object.values(steps).every((step) => step === undefined || step === false))
        throw new Pix2PixError(
          'nothing is to be done',
          { images: from },
          'pass --resize, --gray, --edges or --blank',
        );
      const { images, broken } = await runJob('the processing', FIX, (onProgress, signal) =>
        processImages({ from, out, steps, overwrite, onProgress, onNote: printNote, signal }),
      );
      print(`made ${counted(images - broken.length, 'image')} in ${out}`);
      setExitCode(tellFailures('images were not processed', broken, images));
    });
}

function stepsOf({
  resize,
  resize_filter: filter,
  gray,
  edges,
  edge_sigma: sigma,
  edge_thresholds = { low: 4, high: 10 },
  blank,
}: Omit<ProcessFlags, 'overwrite'>): ProcessSteps {
  return {
    gray,
    blank,
    resize: resize && { ...resize, filter },
    edges: edges ? { sigma, ...edge_thresholds } : undefined,
  };
}

function readNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError('It must be 0 to 100.');
}

function readThresholds(text: string): { low: number; high: number } {
  const [low, high] = text.split(',').map(Number);
  if (low >= 0 && high >= low && Number.isFinite(high)) return { low, high };
  throw new InvalidArgumentError('It is two numbers, the lower one first, such as 4,10.');
}

function readRectangle(text: string): NonNullable<ProcessSteps['blank']> {
  const [left, top, width, height, ...rest] = text.split(',').map(Number);
  const isWithin = left >= 0 && top >= 0 && width > 0 && height > 0 && left + width <= 1 && top + height <= 1;
  if (isWithin && rest.length === 0) return { left, top, width, height };
  throw new InvalidArgumentError(
    'It is left, top, width and height between 0 and 1, such as 0.25,0.25,0.5,0.5.',
  );
}
