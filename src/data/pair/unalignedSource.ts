import { join } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { RandomStream } from '../../base/random/stream.js';
import { checkGeometry } from '../augment/checkGeometry.js';
import { applyCutout } from '../augment/cutout.js';
import { imageAugmentation } from '../augment/imageAugmentation.js';
import type { PreparationOptions } from '../augment/preparationOptions.js';
import { prepare, readWhole } from '../augment/preparedImage.js';
import { augmentation, planGeometry } from '../batch/geometry.js';
import type { ImageBatch, Sample } from '../batch/imageBatch.js';
import { BadImageError } from '../decode/badImage.js';
import { pathAt } from '../listing/pathList.js';
import { findImages, type ImageFolder, isFolder, noFolder, type SearchSurroundings } from './imageFolder.js';
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
  ) {}

  get length(): number {
    return Math.max(this.folders.A.names.length, this.folders.B.names.length);
  }

  /** @throws BadImageError when one of the two images cannot be used */
  async get(index: number, context: SampleContext): Promise<Sample> {
    const [pathA, pathB] = [this.pathA(index), this.pathB(index, context)];
    const [A, B] = await Promise.all([
      this.image(pathA, 'A', index, context),
      this.image(pathB, 'B', index, context),
    ]);
    requireEqualSizes(A, pathA, B, pathB);
    return { A, B, APaths: [pathA], BPaths: [pathB] };
  }

  private pathA(index: number): string {
    const { folder, names } = this.folders.A;
    return join(folder, pathAt(names, index % names.length));
  }

  private pathB(index: number, { epoch, seed }: SampleContext): string {
    const { folder, names } = this.folders.B;
    const place = this.opt.serialBatches
      ? index % names.length
      : new RandomStream(seed, 'unaligned', [epoch, index]).integer(names.length);
    return join(folder, pathAt(names, place));
  }

  private async image(
    path: string,
    side: 'A' | 'B',
    index: number,
    { epoch, seed, onNote }: SampleContext,
  ): Promise<ImageBatch> {
    const { opt } = this;
    const part = await readWhole(path, onNote);
    const [crops, varies] = side === 'A' ? ['augment', 'vary'] : ['augment.B', 'vary.B'];
    const chance = augmentation(opt, seed, epoch, index, part.region, crops);
    const { angle, colour, cutout } = imageAugmentation(opt, seed, epoch, index, varies);
    const geometry = { ...planGeometry(opt, part.region, chance), angle };
    checkGeometry(part, geometry, opt);
    const isInput = (side === 'A') === (opt.direction === 'AtoB');
    const isPhotograph = side === (opt.photoSide ?? 'A');
    const channels = isInput ? opt.inputNc : opt.outputNc;
    const image = await prepare(part, geometry, channels, isPhotograph ? colour : undefined);
    if (cutout !== undefined && isInput) applyCutout(image, cutout);
    return image;
  }
}

/** One step takes both. Which of the two is unlike the rest of its folder is not known here, so both are named. */
function requireEqualSizes(A: ImageBatch, pathA: string, B: ImageBatch, pathB: string): void {
  const [[, heightA, widthA], [, heightB, widthB]] = [A.shape, B.shape];
  if (heightA === heightB && widthA === widthB) return;
  throw new BadImageError(
    pathB,
    `it becomes ${widthB}x${heightB} pixels, and ${pathA}, which came with it, ${widthA}x${heightA}`,
    'give all images one size, or pass --preprocess resize_and_crop',
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
  return { A: await findImages(folderA, surroundings), B: await findImages(folderB, surroundings) };
}
