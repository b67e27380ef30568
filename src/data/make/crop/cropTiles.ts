import { existsSync, rmSync } from 'node:fs';
import { join, parse, resolve, sep } from 'node:path';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../../../base/files/atomicFile.js';
import type { OnProgress } from '../../../base/progress.js';
import { type Tiling, tileStarts } from '../../batch/tiling.js';
import type { BadImageError } from '../../decode/badImage.js';
import { listImages } from '../../listing/listImages.js';
import { pathAt, pathsOf } from '../../listing/pathList.js';
import { placeOfPart } from '../../raster/placeTags.js';
import type { OpenRaster } from '../../raster/rasterParts.js';
import { BrokenImages } from '../brokenImages.js';
import { requireOwnNames } from '../requireOwnNames.js';
import { openRegions } from './imageRegions.js';
import { inBands } from './inBands.js';
import { beside, encodeTile, tileFormat } from './tileFile.js';

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
  /** That there are. */
  readonly images: number;
  readonly tiles: number;
  readonly tooSmall: number;
  /** Those that cannot be decoded, of which no tile is kept. */
  readonly broken: readonly BadImageError[];
}

/**
 * Cuts images of any size into square tiles, `<name>_<left>_<top>.png`: numbers and palettes stay as they are, those that PNG has no
 * place for, and those of a place on the earth, as TIFF, and `.npy` as such. Neighbours share `overlap` pixels, and the last ones of a row
 * and of a column end with the image. Sides of pairs in two folders are cut alike and keep matching names. At most one row
 * of tiles is in memory at a time, and of a wide image a part of it: see `openRegions`, also for what is in memory as a whole.
 *
 * @throws Pix2PixError where there are no images, two share a name, or tiles are there already
 */
export async function cropTiles(options: CropOptions): Promise<CroppedTiles> {
  const { from, out, size, overlap, pairs = false, onProgress, onNote = () => {}, signal } = options;
  requireSound(options);
  const { images } = await listImages(from);
  if (images.length === 0)
    throw new Pix2PixError('there are no images to cut', { folder: from }, 'name a folder of images');
  requireOwnNames(pathsOf(images));
  const broken = new BrokenImages();
  let [tiles, tooSmall] = [0, 0];
  for (let i = 0; i < images.length; i++) {
    signal?.throwIfAborted();
    const path = pathAt(images, i);
    await broken.leaveOut(() => cropFile(path));
    onProgress?.({ stage: 'cutting', unit: 'images', done: i + 1, total: images.length });
  }
  return { images: images.length, tiles, tooSmall, broken: broken.byName() };

  async function cropFile(path: string): Promise<void> {
    const regions = await openRegions(join(from, path), out, options.inMemory);
    const written: string[] = [];
    try {
      const width = pairs ? Math.floor(regions.width / 2) : regions.width;
      if (Math.min(width, regions.height) < size) {
        tooSmall++;
        onNote(`${path}: ${width} × ${regions.height} is smaller than a tile, and left out`);
      } else await cropImage(regions, path, written);
      tiles += written.length;
    } catch (error) {
      for (const tile of written) rmSync(tile, { force: true }); // an image is cut whole, or not at all
      throw error;
    } finally {
      await regions.close();
    }
  }

  async function cropImage(regions: OpenRaster, path: string, written: string[]): Promise<void> {
    const { dir, name } = parse(path);
    const half = Math.floor(regions.width / 2);
    const width = pairs ? half : regions.width;
    const read = inBands(regions, width);
    const readPartner = inBands(regions, 2 * half);
    for (const top of tileStarts(regions.height, { size, overlap })) {
      for (const left of tileStarts(width, { size, overlap })) {
        signal?.throwIfAborted();
        const place = { left, top, width: size, height: size };
        const tile = await read(place);
        const whole = pairs ? beside(tile, await readPartner({ ...place, left: half + left })) : tile;
        const tags = pairs ? [] : placeOfPart(regions.tags ?? [], left, top);
        const format = tileFormat(whole, path, tags);
        const target = join(out, dir, `${name}_${left}_${top}.${format === 'tiff' ? 'tif' : format}`);
        if (!options.overwrite && existsSync(target)) throw isThere(target);
        writeFileAtomic(target, await encodeTile({ ...whole, tags }, format), { durable: false });
        written.push(target);
      }
    }
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
