import { existsSync } from 'node:fs';
import { join, parse, resolve, sep } from 'node:path';
import sharp from 'sharp';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../../../base/files/atomicFile.js';
import type { OnProgress } from '../../../base/progress.js';
import { type Tiling, tileStarts } from '../../batch/tiling.js';
import { listImages } from '../../listing/listImages.js';
import { pathAt } from '../../listing/pathList.js';
import { type ImageRegions, inOwnSpace, openRegions, type Region } from './imageRegions.js';

/** What is cut, and how. */
export interface CropOptions extends Tiling {
  /** A folder of images, and all folders below it, whose names stay. */
  readonly from: string;
  readonly out: string;
  /** Whether images are A|B pairs, of which either half is cut and put beside the other again. */
  readonly pairs?: boolean;
  readonly overwrite?: boolean;
  readonly onProgress?: OnProgress;
  /** Told of images that are smaller than a tile. */
  readonly onNote?: (text: string) => void;
  readonly signal?: AbortSignal;
  /** See `openRegions`. */
  readonly inMemory?: number;
}

/** What was cut. */
export interface CroppedTiles {
  readonly images: number;
  readonly tiles: number;
  readonly tooSmall: number;
}

/**
 * Cuts images of any size into square PNG tiles, `<name>_<left>_<top>.png`: neighbours share `overlap` pixels, and the last ones of a row
 * and of a column end with the image. Sides of pairs in two folders are cut alike and keep matching names. One row
 * of tiles is in memory at a time; images beyond 16 megapixels lie uncompressed on the disk meanwhile.
 *
 * @throws Pix2PixError where there are no images, they cannot be decoded, or tiles are there already
 */
export async function cropTiles(options: CropOptions): Promise<CroppedTiles> {
  const { from, out, size, overlap, pairs = false, onProgress, onNote = () => {}, signal } = options;
  requireSound(options);
  const { images } = await listImages(from);
  if (images.length === 0)
    throw new Pix2PixError('there are no images to cut', { folder: from }, 'name a folder of images');
  let [tiles, tooSmall] = [0, 0];
  for (let i = 0; i < images.length; i++) {
    signal?.throwIfAborted();
    const path = pathAt(images, i);
    const regions = await openRegions(join(from, path), out, options.inMemory);
    try {
      const width = pairs ? Math.floor(regions.width / 2) : regions.width;
      if (Math.min(width, regions.height) < size) {
        tooSmall++;
        onNote(`${path}: ${width} × ${regions.height} is smaller than a tile, and left out`);
      } else tiles += await cropImage(regions, path, options);
    } finally {
      await regions.close();
    }
    onProgress?.({ stage: 'cutting', unit: 'images', done: i + 1, total: images.length });
  }
  return { images: images.length, tiles, tooSmall };

  async function cropImage(
    regions: ImageRegions,
    path: string,
    { overwrite = false }: CropOptions,
  ): Promise<number> {
    const { dir, name } = parse(path);
    const half = Math.floor(regions.width / 2);
    let count = 0;
    for (const top of tileStarts(regions.height, { size, overlap })) {
      for (const left of tileStarts(pairs ? half : regions.width, { size, overlap })) {
        signal?.throwIfAborted();
        const target = join(out, dir, `${name}_${left}_${top}.png`);
        if (!overwrite && existsSync(target)) throw isThere(target);
        const place = { left, top, width: size, height: size };
        const tile = await regions.read(place);
        const whole = pairs ? beside(tile, await regions.read({ ...place, left: half + left })) : tile;
        writeFileAtomic(target, await encoded(whole), { durable: false });
        count++;
      }
    }
    return count;
  }
}

function requireSound({ from, out, size, overlap }: CropOptions): void {
  if (overlap >= size)
    throw new Pix2PixError('tiles would not advance', { size, overlap }, 'pass a smaller --overlap');
  const [source, target] = [resolve(from), resolve(out)];
  if (target !== source && !target.startsWith(source + sep)) return;
  throw new Pix2PixError(
    'the tiles would lie among the images that they are cut of',
    { images: source, out: target },
    'give another folder',
  );
}

function isThere(path: string): Pix2PixError {
  return new Pix2PixError(
    'a tile is there already',
    { file: path },
    'choose another folder, or pass --overwrite',
  );
}

/** Two tiles of the same kind in one. */
function beside(a: Region, b: Region): Region {
  const { width, height, channels, bits } = a.raw;
  const row = (width * channels * bits) / 8;
  const data = Buffer.allocUnsafe(2 * row * height);
  for (let y = 0; y < height; y++) {
    a.data.copy(data, 2 * y * row, y * row, (y + 1) * row);
    b.data.copy(data, (2 * y + 1) * row, y * row, (y + 1) * row);
  }
  return { data, raw: { ...a.raw, width: 2 * width } };
}

function encoded({ data, raw: { bits, ...raw } }: Region): Promise<Buffer> {
  const levels = bits === 8 ? data : new Uint16Array(Uint8Array.from(data).buffer);
  return inOwnSpace(sharp(levels, { raw }), { bits, isGrey: raw.channels <= 2 })
    .png()
    .toBuffer();
}
