import { join } from 'node:path';
import { sidesOf } from '../../options/pixelSize.js';
import type { PreparationOptions } from '../augment/preparationOptions.js';
import { planGeometry } from '../batch/geometry.js';
import type { SideFormat } from '../batch/sideFormat.js';
import { BadImageError } from '../decode/badImage.js';
import { readImageSize } from '../decode/decode.js';
import { pathAt } from '../listing/pathList.js';
import type { ImageFolder } from '../pair/imageFolder.js';
import type { SourcePlan } from '../pair/sourcePlan.js';

/** Files whose sizes are looked at, spread evenly, where they decide about those of the images. */
const LOOKED_AT = 9;

/** The part of a data set that lies in one folder. */
interface FolderOfSet {
  readonly images: ImageFolder;
  /** Files that are used. */
  readonly count: number;
  /** Bytes of a pixel, for each of the images in a file. */
  readonly channels: readonly number[];
}

/**
 * The bytes that all images of a data set take as they are before they are cropped; an estimate where they are not of one
 * size.
 *
 * @param length samples that are used of it
 */
export async function sizeOfSet(plan: SourcePlan, length: number): Promise<number> {
  const sizes = foldersOfSet(plan, length).map(async ({ images, count, channels }) => {
    const pixels = await pixelsOfAnImage(images, count, channels.length, plan.opt);
    return count * pixels * channels.reduce((sum, bytes) => sum + bytes);
  });
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes);
}

function foldersOfSet(plan: SourcePlan, length: number): FolderOfSet[] {
  const { opt } = plan;
  const ofSide = (side: 'A' | 'B') => bytesKept(opt.formats[side], side === (opt.photoSide ?? 'A'), opt);
  if (plan.kind === 'single')
    return [{ images: plan.images, count: length, channels: [bytesKept(opt.formats.A, true, opt)] }];
  if (plan.kind === 'unaligned') {
    const { A, B } = plan.folders;
    return [
      { images: A, count: Math.min(length, A.names.length), channels: [ofSide('A')] },
      { images: B, count: B.names.length, channels: [ofSide('B')] },
    ];
  }
  const { pairs } = plan;
  if (pairs.layout === 'sideBySide')
    return [{ images: pairs.images, count: length, channels: [ofSide('A'), ofSide('B')] }];
  return [
    { images: pairs.A, count: length, channels: [ofSide('A')] },
    { images: pairs.B, count: length, channels: [ofSide('B')] },
  ];
}

/** Bytes of a pixel; of pictures as `needsColours` decides for every image. */
function bytesKept(
  format: SideFormat,
  isPhotograph: boolean,
  { rotate = 0, colorJitter = 0 }: PreparationOptions,
): number {
  if (format.kind === 'labels') return 1;
  if (format.kind === 'values') return 4 * format.channels;
  return format.channels === 1 && rotate === 0 && (colorJitter === 0 || !isPhotograph) ? 1 : 3;
}

/** The mean over some files; those that cannot be read are passed over, and are named when their turn comes. */
async function pixelsOfAnImage(
  { folder, names }: ImageFolder,
  count: number,
  imagesInFile: number,
  opt: PreparationOptions,
): Promise<number> {
  const { width, height } = sidesOf(opt.loadSize);
  if (opt.preprocess === 'resize_and_crop') return width * height;
  const asked = Math.min(LOOKED_AT, count);
  const areas: number[] = [];
  for (let i = 0; i < asked; i++) {
    try {
      const { width, height } = await readImageSize(
        join(folder, pathAt(names, Math.floor((i * count) / asked))),
      );
      const size = { width: width / imagesInFile, height };
      const { resized } = planGeometry(opt, size, { cropX: 0, cropY: 0, flip: false });
      areas.push(resized.width * resized.height);
    } catch (error) {
      if (!(error instanceof BadImageError)) throw error;
    }
  }
  return areas.length === 0 ? 0 : areas.reduce((sum, area) => sum + area) / areas.length;
}
