import { join } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { RandomStream } from '../../base/random/stream.js';
import type { Sides } from '../../base/sides.js';
import { checkGeometry } from '../augment/checkGeometry.js';
import { applyCutout } from '../augment/cutout.js';
import { imageAugmentation } from '../augment/imageAugmentation.js';
import type { PreparationOptions } from '../augment/preparationOptions.js';
import { preparePadded, sizeBeforePadding } from '../augment/preparedImage.js';
import type { Images } from '../batch/floatImages.js';
import { augmentation, planGeometry } from '../batch/geometry.js';
import { extentsOf, type Sample } from '../batch/sample.js';
import type { ImageReader } from '../cache/imageReader.js';
import { BadImageError } from '../decode/badImage.js';
import type { ImageFiles } from '../raster/readSide.js';
import { findSide } from './besideFolders.js';
import { filesAt, type ImageFolder, isFolder, noFolder, type SearchSurroundings } from './imageFolder.js';
import type { FoldersOfSides } from './pairs.js';
import type { SampleContext, SampleSource } from './sampleSource.js';

/** Two sets of images without pairs. Plain data, which another thread gets without a copy. */
export interface UnpairedFolders {
  readonly A: ImageFolder;
  readonly B: ImageFolder;
}

export interface UnalignedOptions extends PreparationOptions {
  /** Whether the order is that of the names: image i of A then comes with image i of B. */
  readonly serialBatches: boolean;
}

/**
 * Unpaired images: each of A comes with any of B, and each is resized, cropped and mirrored by itself. An epoch is as
 * long as the larger set; the smaller one is gone through again.
 *
 * Source: the reference's data/unaligned_dataset.py
 */
export class UnalignedSource implements SampleSource {
  constructor(
    private readonly opt: UnalignedOptions,
    private readonly folders: UnpairedFolders,
    private readonly reader: ImageReader,
  ) {}

  get length(): number {
    return Math.max(this.folders.A.names.length, this.folders.B.names.length);
  }

  /** @throws BadImageError when one of the two images cannot be used */
  async get(index: number, context: SampleContext): Promise<Sample> {
    const [filesA, filesB] = [this.filesA(index), this.filesB(index, context)];
    const [pathA, pathB] = [filesA.path, filesB.path];
    const [a, b] = await Promise.all([
      this.image(filesA, 'A', index, context),
      this.image(filesB, 'B', index, context),
    ]);
    const [A, B] = [a.image, b.image];
    requireEqualSizes(A, pathA, B, pathB, this.opt);
    const isOneSize = a.size?.width === b.size?.width && a.size?.height === b.size?.height;
    return { A, B, APaths: [pathA], BPaths: [pathB], ...(isOneSize && a.size && { size: a.size }) };
  }

  private filesA(index: number): ImageFiles {
    const { A } = this.folders;
    return filesAt(A, index % A.names.length);
  }

  private filesB(index: number, { epoch, seed }: SampleContext): ImageFiles {
    const { B } = this.folders;
    const { names } = B;
    const place = this.opt.serialBatches
      ? index % names.length
      : new RandomStream(seed, 'unaligned', [epoch, index]).integer(names.length);
    return filesAt(B, place);
  }

  private async image(
    files: ImageFiles,
    side: 'A' | 'B',
    index: number,
    { epoch, seed, onNote }: SampleContext,
  ): Promise<{ readonly image: Images; readonly size?: Sides }> {
    const { opt } = this;
    const part = await this.reader.whole(files, opt.formats[side], onNote);
    const [crops, varies] = side === 'A' ? ['augment', 'vary'] : ['augment.B', 'vary.B'];
    const chance = augmentation(opt, seed, epoch, index, part.size, crops);
    const { angle, colour, cutout } = imageAugmentation(opt, seed, epoch, index, varies);
    const geometry = { ...planGeometry(opt, part.size, chance), angle };
    checkGeometry(part, geometry, opt);
    const isInput = (side === 'A') === (opt.direction === 'AtoB');
    const isPhotograph = side === (opt.photoSide ?? 'A');
    const image = await preparePadded(part, geometry, isPhotograph ? colour : undefined, opt);
    if (cutout !== undefined && isInput) applyCutout(image, cutout);
    return { image, ...sizeBeforePadding(geometry, opt) };
  }
}

/** One step takes both. Which of the two is unlike the rest of its folder is not known here, so both are named. */
function requireEqualSizes(
  A: Images,
  pathA: string,
  B: Images,
  pathB: string,
  { isTrain }: Pick<UnalignedOptions, 'isTrain'>,
): void {
  const [{ h: heightA, w: widthA }, { h: heightB, w: widthB }] = [extentsOf(A), extentsOf(B)];
  if (heightA === heightB && widthA === widthB) return;
  throw new BadImageError(
    pathB,
    `it becomes ${widthB}x${heightB} pixels, and ${pathA}, which came with it, ${widthA}x${heightA}`,
    `give all images one size, or pass --preprocess resize_and_crop${isTrain ? '' : ', or translate one side alone: --model test --model_suffix _A'}`,
  );
}

/**
 * The images of `<dataroot>/<phase>A` and `<phase>B`.
 * @throws Pix2PixError when one of the folders is missing or holds no images
 */
export async function findUnpaired(
  dataroot: string,
  phase: string,
  surroundings: SearchSurroundings = {},
  parts: FoldersOfSides = { A: [], B: [] },
): Promise<UnpairedFolders> {
  const [folderA, folderB] = [join(dataroot, `${phase}A`), join(dataroot, `${phase}B`)];
  const [hasA, hasB] = [await isFolder(folderA), await isFolder(folderB)];
  if (!hasA && !hasB) throw await noFolder({ dataroot, phase, wanted: 'sides' }, `${folderA} and ${folderB}`);
  if (!hasA || !hasB) {
    throw new Pix2PixError(
      'one of the two image folders is missing',
      { found: hasA ? folderA : folderB, missing: hasA ? folderB : folderA },
      'put images of that side there; for images of one side alone there is --model test',
    );
  }
  return {
    A: await findSide(folderA, parts.A, surroundings),
    B: await findSide(folderB, parts.B, surroundings),
  };
}
