import type { GeoTIFFImage, Pool } from 'geotiff';
import { emptyLike, type Region } from '../batch/pixels.js';
import { BadImageError } from '../decode/badImage.js';
import type { OpenImageFile } from '../decode/imageFile.js';
import { decodedRaster } from './decodedRaster.js';
import { joinChannels } from './joinChannels.js';
import { NO_DATA, noDataOf } from './noData.js';
import { oriented, orientedHeader, placeInFile } from './orientation.js';
import { placeTags } from './placeTags.js';
import type { NumberArray, Raster, RasterHeader } from './raster.js';
import { inMemory, type RasterParts, wholeOf } from './rasterParts.js';
import { boundedBlocks, bytesOfBlock, compressionOf, requireBounded, requireSound } from './tiffBlocks.js';
import { coloursOf, isColoursOfLibvips, orientationOf, pagesOf, pagesOfFile } from './tiffPages.js';
import { shortenStrips } from './tiffStrips.js';

const [COLOUR_MAP, EXTRA_SAMPLES] = [320, 338];
/** ExtraSamples that are opacity. */
const OPACITY = [1, 2];
const [WHITE_IS_ZERO, IS_PALETTE] = [0, 3];
/** SampleFormat. */
const UNSIGNED = 1;
/** Compressions of pictures that libvips unpacks, and we do not: CCITT's three, and WebP. */
const OF_LIBVIPS = [2, 3, 4, 50001];
/** L*a*b* in three forms. */
const LAB = [8, 9, 10];
/** Strips and tiles of more bytes are unpacked once for all parts of an image, and not for each of them again. */
const LARGE_BLOCK = 2 ** 26;

/**
 * Reads a TIFF of any number of channels and any type of numbers. The pages of a file that are of one size are channels
 * side by side, in their order; overviews and masks, which are not, are passed over. It is turned as its orientation says, and
 * colours that are stored as CMYK or YCbCr become red, green and blue, as those of other pictures.
 *
 * @throws BadImageError for colours that are L*a*b*, for a compression that is not read, and where its tags say more than can be read; Error where its
 *   strips or tiles come to more than its tags say
 */
export async function readTiff(name: string, file: Buffer): Promise<Raster> {
  const pages = await pagesOf(file);
  const [first] = pages;
  if (isColoursOfLibvips(first))
    return decodedRaster(file, name, { depth: first.getBitsPerSample() > 8 ? 16 : 8 });
  requireSound(name, file.length, pages);
  requireBounded(name, pages);
  return wholeOf(await partsOf(name, pages));
}

/** Size and channels, of which nothing is decoded yet. */
export async function readTiffHeader(_: string, file: Buffer): Promise<RasterHeader> {
  const pages = await pagesOf(file);
  return isColoursOfLibvips(pages[0]) ? { ...sizeOf(pages[0]), channels: 3 } : headerOf(pages);
}

/**
 * Reads parts of a TIFF as `readTiff` reads all of it, and of its strips and tiles those alone in which they lie; all at once
 * where these are large.
 *
 * @returns undefined for colours that libvips makes red, green and blue of, and for pictures that it alone unpacks or turns from
 *   negatives into positives
 * @throws as `readTiff`
 */
export async function tiffParts(name: string, file: OpenImageFile): Promise<RasterParts | undefined> {
  const pages = await pagesOfFile(file);
  const [first] = pages;
  if (isColoursOfLibvips(first) || isPictureAlone(first)) return undefined;
  requireSound(name, file.length, pages);
  for (const page of pages) await shortenStrips(page, file.length);
  const parts = await partsOf(name, pages);
  if (pages.every((page) => bytesOfBlock(page) <= LARGE_BLOCK)) return parts;
  requireBounded(name, pages);
  return inMemory(await wholeOf(parts));
}

/** What libvips alone unpacks, or turns around where 0 is white: numbers that are no picture have no such colours. */
function isPictureAlone(page: GeoTIFFImage): boolean {
  if (coloursOf(page) === IS_PALETTE) return false;
  const isNegative = coloursOf(page) === WHITE_IS_ZERO && page.getSampleFormat() === UNSIGNED;
  return isNegative || OF_LIBVIPS.includes(compressionOf(page));
}

/** A page, and what reads its strips and tiles. */
interface Page {
  readonly page: GeoTIFFImage;
  readonly pool: Pool;
}

async function partsOf(name: string, images: readonly GeoTIFFImage[]): Promise<RasterParts> {
  const [first] = images;
  if (LAB.includes(coloursOf(first)))
    throw new BadImageError(name, 'its colours are L*a*b*', 'save it as RGB');
  const pages: Page[] = [];
  for (const page of images) pages.push({ page, pool: await boundedBlocks(name, page) });
  const counts = images.map((page) => page.getSamplesPerPixel());
  const directory = first.fileDirectory;
  const valueAt = async (code: number) => (directory.hasTag(code) ? directory.loadValue(code) : undefined);
  const noData = noDataOf(await valueAt(NO_DATA));
  const extra: number[] = Array.from((await valueAt(EXTRA_SAMPLES)) ?? []);
  const hasPalette = coloursOf(first) === IS_PALETTE;
  const header = {
    ...headerOf(images),
    hasAlpha: images.length === 1 && extra.length > 0 && OPACITY.includes(extra[extra.length - 1]),
    ...bitsOf(name, first),
    ...(noData !== undefined && { noData }),
    ...(hasPalette && { palette: paletteOf(await directory.loadValue(COLOUR_MAP)) }),
    tags: await placeTags(first),
  };
  const orientation = orientationOf(first);
  const read = async (place: Region): Promise<Raster> => {
    const { width, height, ...window } = placeInFile(place, header, orientation);
    const rasters: NumberArray[] = [];
    for (const page of pages) rasters.push(await readWindow(page, { ...window, width, height }));
    return oriented({ ...header, width, height, data: joinChannels(rasters, counts) }, orientation);
  };
  return { ...header, read };
}

/** A part of a page, strip by strip or tile by tile: `geotiff` would have all of them in memory at once. */
async function readWindow({ page, pool }: Page, { left, top, width, height }: Region): Promise<NumberArray> {
  const channels = page.getSamplesPerPixel();
  let part: NumberArray | undefined;
  for (const rows of blocksOf(top, height, page.getTileHeight())) {
    for (const columns of blocksOf(left, width, page.getTileWidth())) {
      const window = [columns.from, rows.from, columns.to, rows.to];
      const block = (await page.readRasters({ interleave: true, pool, window })) as unknown as NumberArray;
      if (block.length === width * height * channels) return block;
      part ??= emptyLike(block, width * height * channels);
      const rowLength = (columns.to - columns.from) * channels;
      for (let y = rows.from; y < rows.to; y++) {
        const from = (y - rows.from) * rowLength;
        const to = ((y - top) * width + columns.from - left) * channels;
        part.set(block.subarray(from, from + rowLength), to);
      }
    }
  }
  return part!;
}

/** A stretch along one axis, cut where blocks of such an extent end. */
function blocksOf(start: number, length: number, block: number): { from: number; to: number }[] {
  const [first, end] = [Math.floor(start / block), start + length];
  return Array.from({ length: Math.ceil(end / block) - first }, (_, i) => ({
    from: Math.max(start, (first + i) * block),
    to: Math.min(end, (first + i + 1) * block),
  }));
}

const sizeOf = (page: GeoTIFFImage) =>
  orientedHeader({ width: page.getWidth(), height: page.getHeight() }, orientationOf(page));

function headerOf(pages: readonly GeoTIFFImage[]): RasterHeader {
  return { ...sizeOf(pages[0]), channels: pages.reduce((sum, page) => sum + page.getSamplesPerPixel(), 0) };
}

/** Where they are fewer than those of the numbers that are read. */
function bitsOf(name: string, page: GeoTIFFImage): Pick<Raster, 'bits'> {
  const bits = page.getBitsPerSample();
  if (page.getSampleFormat() !== UNSIGNED || [8, 16, 32].includes(bits)) return {};
  if (page.getSamplesPerPixel() === 1 || page.planarConfiguration === 2) return { bits };
  throw new BadImageError(name, `its channels have ${bits} bits each`, 'save it with 8 or 16');
}

/** All reds, all greens and all blues, of 16 bits, as colours of 8. */
function paletteOf(map: ArrayLike<number>): Uint8Array {
  const count = map.length / 3;
  return Uint8Array.from({ length: map.length }, (_, i) => map[(i % 3) * count + Math.floor(i / 3)] >> 8);
}
