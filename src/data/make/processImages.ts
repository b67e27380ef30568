import { existsSync } from 'node:fs';
import { join, parse, resolve, sep } from 'node:path';
import sharp from 'sharp';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import type { OnProgress } from '../../base/progress.js';
import { resizeRegion } from '../augment/transform.js';
import type { Pixels } from '../batch/pixels.js';
import { resample } from '../batch/resample.js';
import { BadImageError } from '../decode/badImage.js';
import { decodeImage } from '../decode/decode.js';
import { type OnNote, oncePerKind } from '../decode/decodeNote.js';
import type { RgbImage } from '../decode/rgbImage.js';
import { listImages } from '../listing/listImages.js';
import { pathsOf } from '../listing/pathList.js';
import { encodeNumbers } from '../raster/encodeNumbers.js';
import { typeName } from '../raster/raster.js';
import { readRaster } from '../raster/readRaster.js';
import { BrokenImages } from './brokenImages.js';
import { type CannyThresholds, cannyEdges } from './canny.js';
import { inParallel } from './inParallel.js';
import { requireOwnNames } from './requireOwnNames.js';

/** What is done to each image, in this order. */
export interface ProcessSteps {
  /** To this width and height, whatever the image's own are. */
  readonly resize?: {
    readonly width: number;
    readonly height: number;
    readonly filter: 'bicubic' | 'nearest';
  };
  /** To one channel, its luma. */
  readonly gray?: boolean;
  /** To its edges, white on black. */
  readonly edges?: CannyThresholds;
  /** A rectangle that becomes white, in parts of width and height, 0 ... 1. */
  readonly blank?: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
}

/** Which images are processed, and where they go. */
export interface ProcessOptions {
  readonly from: string;
  readonly out: string;
  readonly steps: ProcessSteps;
  readonly overwrite?: boolean;
  readonly onProgress?: OnProgress;
  /** Told of what 8 bits do not show of an image, such as 12 bits that become nearly black. */
  readonly onNote?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** What was processed. */
export interface ProcessedImages {
  /** That there are. */
  readonly images: number;
  /** Those that cannot be decoded, or that PNG cannot hold. */
  readonly broken: readonly BadImageError[];
}

/**
 * Makes images of images, under the same names as PNG: inputs for a training, such as edges or holes, from the pictures that they
 * are to become. Resized to the nearest pixel, and nothing else, they stay the numbers that they are.
 *
 * @throws Pix2PixError where there are none, two share a name, or a file is there already
 */
export async function processImages(options: ProcessOptions): Promise<ProcessedImages> {
  const { from, out, steps, overwrite = false, onProgress, onNote, signal } = options;
  const note = oncePerKind(onNote ?? (() => {}));
  const [source, target] = [resolve(from), resolve(out)];
  if (source === target || target.startsWith(source + sep))
    throw new Pix2PixError(
      'the images would lie among those that they are made of',
      { images: source, out: target },
      'give another folder',
    );
  const { images } = await listImages(from);
  if (images.length === 0)
    throw new Pix2PixError('there are no images to process', { folder: from }, 'name a folder of images');
  const paths = pathsOf(images);
  requireOwnNames(paths);
  const broken = new BrokenImages();
  let done = 0;
  await inParallel(paths, signal, async (path) => {
    const { dir, name } = parse(path);
    const file = join(out, dir, `${name}.png`);
    if (!overwrite && existsSync(file))
      throw new Pix2PixError(
        'an image is there already',
        { file },
        'choose another folder, or pass --overwrite',
      );
    await broken.leaveOut(async () => {
      const made = await processedFile(join(from, path), steps, (of) => note(path, of));
      writeFileAtomic(file, made, { durable: false });
    });
    onProgress?.({ stage: 'processing', unit: 'images', done: ++done, total: images.length });
  });
  return { images: images.length, broken: broken.byName() };
}

/** What is resized by taking pixels as they are stays what it is: numbers of classes, a palette, 16 bits. */
async function processedFile(path: string, steps: ProcessSteps, onNote: OnNote): Promise<Uint8Array> {
  const { resize, gray, edges, blank } = steps;
  const keepsNumbers = resize?.filter === 'nearest' && !gray && edges === undefined && blank === undefined;
  if (!keepsNumbers) return processed(await decodeImage(path, onNote), steps);
  const raster = await readRaster(path, path);
  const { width, height } = raster;
  const to = { width: resize.width, height: resize.height };
  const resized = resample(raster, { left: 0, top: 0, width, height }, to, 'nearest');
  try {
    return encodeNumbers({ ...raster, ...resized }, 'png');
  } catch (error) {
    if (!(error instanceof Pix2PixError)) throw error;
    throw new BadImageError(
      path,
      `PNG cannot hold its ${raster.channels} channels of ${typeName(raster.data)}`,
      'resize it in the training: --resize_filter nearest',
    );
  }
}

async function processed(image: RgbImage, { resize, gray, edges, blank }: ProcessSteps): Promise<Buffer> {
  const channels = gray || edges !== undefined ? 1 : 3;
  const { data: pixels, width, height } = await resized(image, resize, channels);
  const levels = Uint8Array.from(pixels);
  const data = edges === undefined ? levels : cannyEdges(levels, width, height, edges);
  if (blank !== undefined) whiten(data, { width, height, channels }, blank);
  return sharp(data, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
}

/** As training resizes and makes luma; with nearest, pixels are taken as they are. */
async function resized(image: RgbImage, to: ProcessSteps['resize'], channels: 1 | 3): Promise<Pixels> {
  const { data, width, height } = image;
  if (to?.filter !== 'nearest')
    return resizeRegion(image, { left: 0, top: 0, width, height }, to ?? { width, height }, channels);
  const taken = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(to.width, to.height, { fit: 'fill', kernel: 'nearest' })
    .raw()
    .toBuffer();
  const size = { width: to.width, height: to.height };
  return resizeRegion({ data: taken, ...size }, { left: 0, top: 0, ...size }, size, channels);
}

function whiten(
  data: Uint8Array,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: number },
  blank: NonNullable<ProcessSteps['blank']>,
): void {
  const [left, right] = [blank.left, blank.left + blank.width].map((part) => Math.round(part * width));
  const [top, bottom] = [blank.top, blank.top + blank.height].map((part) => Math.round(part * height));
  for (let y = top; y < bottom; y++)
    data.fill(255, (y * width + left) * channels, (y * width + right) * channels);
}
