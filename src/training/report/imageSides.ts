import { join } from 'node:path';
import { inPixels, type Sides } from '../../base/sides.js';
import { type GeometryOptions, planGeometry } from '../../data/batch/geometry.js';
import { readImageSize } from '../../data/decode/decode.js';
import { pathAt } from '../../data/listing/pathList.js';
import type { ImageFolder } from '../../data/pair/imageFolder.js';
import { sidesOf } from '../../options/pixelSize.js';

/** The first images of a data set: those of A and B where it has both. */
interface FirstImages {
  readonly sides: readonly Sides[];
  /** A and B are the halves of one image of this size. */
  readonly whole?: Sides;
}

/**
 * How large A and B are in the first file, before any of `--preprocess`, so that whoever gives whole images where pairs
 * are wanted sees them cut in half: `A and B 128x256 (halves of 256x256)`. Undefined where there are no files, or the
 * first cannot be read.
 *
 * @param folders one, of pairs side by side or of single images, or one of A and one of B
 */
export async function imageSides(
  folders: readonly ImageFolder[],
  datasetMode: string,
): Promise<string | undefined> {
  const { sides, whole } = await firstImages(folders, datasetMode);
  const [a, b] = sides.map(inPixels);
  if (a === undefined || b === undefined) return a;
  const both = a === b ? `A and B ${a}` : `A ${a}, B ${b}`;
  return whole === undefined ? both : `${both} (halves of ${inPixels(whole)})`;
}

/**
 * A warning where the first image is stretched although its proportions should stay: scaled to the width `--load_size` it
 * would be lower than the crop, to whose height the reference then pulls it.
 */
export async function stretching(
  folders: readonly ImageFolder[],
  opt: GeometryOptions & { readonly datasetMode: string },
): Promise<string | undefined> {
  if (!opt.preprocess.startsWith('scale_width')) return undefined;
  const { sides } = await firstImages(folders, opt.datasetMode);
  for (const { width, height } of sides) {
    const { resized } = planGeometry(opt, { width, height }, { cropX: 0, cropY: 0, flip: false });
    if (resized.height <= (resized.width * height) / width) continue;
    const enough = Math.ceil((sidesOf(opt.cropSize).height * width) / height);
    const [from, to] = [inPixels({ width, height }), inPixels(resized)];
    return `images are stretched, the first from ${from} to ${to}: at the width --load_size ${resized.width} they are lower than --crop_size ${opt.cropSize}; they keep their proportions from --load_size ${enough} on`;
  }
  return undefined;
}

async function firstImages(folders: readonly ImageFolder[], datasetMode: string): Promise<FirstImages> {
  const sizes = await Promise.all(folders.map(firstSize)).catch(() => []);
  if (sizes.length !== 1 || datasetMode !== 'aligned') return { sides: sizes };
  const [whole] = sizes;
  const half = { width: whole.width / 2, height: whole.height };
  return { sides: [half, half], whole };
}

const firstSize = ({ folder, names }: ImageFolder) => readImageSize(join(folder, pathAt(names, 0)));
