import type { GeoTIFFImage } from 'geotiff';
import { BadImageError } from '../decode/badImage.js';
import { readImageFile } from '../decode/decode.js';
import { formatOf } from '../decode/format.js';
import { decodedRaster } from './decodedRaster.js';
import { oriented, orientedHeader } from './orientation.js';
import type { NumberArray, Raster, RasterHeader, TiffTag } from './raster.js';
import { boundedBlocks, requireReadableBlocks } from './tiffBlocks.js';

const MOST_PAGES = 1024;

/** The tags of GeoTIFF (OGC 19-008r4), and what GDAL adds. */
const PLACE_TAGS: Readonly<Record<number, TiffTag['type']>> = {
  ...{ 33550: 'double', 33922: 'double', 34264: 'double' }, // pixel scale, tie points, transformation
  ...{ 34735: 'short', 34736: 'double', 34737: 'ascii' }, // keys, and their numbers and texts
  ...{ 42112: 'ascii', 42113: 'ascii' }, // GDAL's metadata, and what number is none
};
const [COLOUR_MAP, EXTRA_SAMPLES, NO_DATA] = [320, 338, 42113];
/** ExtraSamples that are opacity. */
const OPACITY = [1, 2];
const IS_PALETTE = 3;
/** SampleFormat. */
const UNSIGNED = 1;
/** CMYK and YCbCr, which libvips makes red, green and blue of; and L*a*b* in three forms. */
const [OTHER_COLOURS, LAB] = [
  [5, 6],
  [8, 9, 10],
];
const IS_JPEG = 7;

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
  if (isPicture(first)) return decodedRaster(file, name, { depth: first.getBitsPerSample() > 8 ? 16 : 8 });
  if (LAB.includes(coloursOf(first)))
    throw new BadImageError(name, 'its colours are L*a*b*', 'save it as RGB');
  requireReadableBlocks(name, file, pages);
  const rasters: NumberArray[] = [];
  for (const page of pages) {
    const pool = await boundedBlocks(name, page);
    rasters.push((await page.readRasters({ interleave: true, pool })) as unknown as NumberArray);
  }
  const counts = pages.map((page) => page.getSamplesPerPixel());
  const directory = first.fileDirectory;
  const valueAt = async (code: number) => (directory.hasTag(code) ? directory.loadValue(code) : undefined);
  const noData = numberOf(await valueAt(NO_DATA));
  const extra: number[] = Array.from((await valueAt(EXTRA_SAMPLES)) ?? []);
  const hasPalette = coloursOf(first) === IS_PALETTE;
  const raster = {
    ...{ width: first.getWidth(), height: first.getHeight(), data: joinChannels(rasters, counts) },
    channels: counts.reduce((sum, count) => sum + count),
    hasAlpha: pages.length === 1 && extra.length > 0 && OPACITY.includes(extra[extra.length - 1]),
    ...bitsOf(name, first),
    ...(noData !== undefined && { noData }),
    ...(hasPalette && { palette: paletteOf(await directory.loadValue(COLOUR_MAP)) }),
    tags: await placeTags(first),
  };
  return oriented(raster, orientationOf(first));
}

/** What GDAL_NODATA says, which is text; undefined where that is no number. */
function numberOf(text: unknown): number | undefined {
  const number = Number.parseFloat(String(text));
  return Number.isNaN(number) && !/^\s*nan\b/i.test(String(text)) ? undefined : number;
}

/** Size and channels, of which nothing is decoded yet. */
export async function readTiffHeader(_: string, file: Buffer): Promise<RasterHeader> {
  return headerOf(await pagesOf(file));
}

async function pagesOf(file: Buffer): Promise<GeoTIFFImage[]> {
  const isWhole = file.byteLength === file.buffer.byteLength;
  const bytes = isWhole ? file.buffer : file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
  // Not before there is a TIFF: what it imports cannot be loaded in a thread that was started without `workerData`.
  const { fromArrayBuffer } = await import('geotiff');
  const tiff = await fromArrayBuffer(bytes as ArrayBuffer);
  const pages = [await tiff.getImage(0)];
  // not by their count, which a file whose last page leads to its first does not have
  for (let i = 1; i < MOST_PAGES; i++) {
    const page = await tiff.getImage(i).catch(noSuchPage);
    if (page === undefined) break;
    if (page.getWidth() === pages[0].getWidth() && page.getHeight() === pages[0].getHeight())
      pages.push(page);
  }
  return pages;
}

function noSuchPage(error: unknown): undefined {
  if (!/^No image at index/.test((error as Error).message)) throw error;
}

function headerOf(pages: readonly GeoTIFFImage[]): RasterHeader {
  const [first] = pages;
  const channels = isPicture(first) ? 3 : pages.reduce((sum, page) => sum + page.getSamplesPerPixel(), 0);
  const header = { width: first.getWidth(), height: first.getHeight(), channels };
  return orientedHeader(header, orientationOf(first));
}

/** Where they are fewer than those of the numbers that are read. */
function bitsOf(name: string, page: GeoTIFFImage): Pick<Raster, 'bits'> {
  const bits = page.getBitsPerSample();
  if (page.getSampleFormat() !== UNSIGNED || [8, 16, 32].includes(bits)) return {};
  if (page.getSamplesPerPixel() === 1 || page.planarConfiguration === 2) return { bits };
  throw new BadImageError(name, `its channels have ${bits} bits each`, 'save it with 8 or 16');
}

/** Whether it has colours that libvips makes red, green and blue of, and no numbers. */
function isPicture(page: GeoTIFFImage): boolean {
  return OTHER_COLOURS.includes(coloursOf(page)) || page.fileDirectory.getValue('Compression') === IS_JPEG;
}

/** PhotometricInterpretation. */
const coloursOf = ({ fileDirectory }: GeoTIFFImage): number =>
  fileDirectory.getValue('PhotometricInterpretation') ?? 1;

/** Its types do not say so, but what lies in an entry itself is there at once. */
const orientationOf = ({ fileDirectory }: GeoTIFFImage): number =>
  fileDirectory.getValue('Orientation' as never) ?? 1;

/** What a file says of its place on the earth, where it is a TIFF. */
export async function readPlaceTags(source: string | Uint8Array): Promise<TiffTag[]> {
  const file = typeof source === 'string' ? await readImageFile(source) : Buffer.from(source);
  if (formatOf(file) !== 'tiff') return [];
  const [first] = await pagesOf(file);
  return placeTags(first);
}

/** The same of a TIFF of any length, of which nothing else is read. */
export async function placeTagsOfFile(path: string): Promise<TiffTag[]> {
  const { fromFile } = await import('geotiff');
  const tiff = await fromFile(path);
  try {
    return await placeTags(await tiff.getImage(0));
  } finally {
    await tiff.close();
  }
}

/** Several rasters of one size as one, their channels side by side. */
export function joinChannels(rasters: readonly NumberArray[], counts: readonly number[]): NumberArray {
  const [first] = rasters;
  if (rasters.length === 1) return first;
  const isOneType = rasters.every((raster) => raster.constructor === first.constructor);
  const all = counts.reduce((sum, count) => sum + count);
  const pixels = first.length / counts[0];
  const joined = isOneType
    ? new (first.constructor as new (length: number) => NumberArray)(pixels * all)
    : new Float64Array(pixels * all);
  let before = 0;
  for (const [r, raster] of rasters.entries()) {
    const count = counts[r];
    for (let i = 0; i < pixels; i++)
      for (let c = 0; c < count; c++) joined[i * all + before + c] = raster[i * count + c];
    before += count;
  }
  return joined;
}

/** All reds, all greens and all blues, of 16 bits, as colours of 8. */
function paletteOf(map: ArrayLike<number>): Uint8Array {
  const count = map.length / 3;
  return Uint8Array.from({ length: map.length }, (_, i) => map[(i % 3) * count + Math.floor(i / 3)] >> 8);
}

/** None of a page that is turned: they are about rows and columns of the file. */
async function placeTags(page: GeoTIFFImage): Promise<TiffTag[]> {
  if (orientationOf(page) > 1) return [];
  const { fileDirectory } = page;
  const tags: TiffTag[] = [];
  for (const [key, type] of Object.entries(PLACE_TAGS)) {
    const code = Number(key);
    if (!fileDirectory.hasTag(code)) continue;
    const value: string | ArrayLike<number> = await fileDirectory.loadValue(code);
    tags.push({ code, type, value: typeof value === 'string' ? value : Array.from(value) });
  }
  return tags;
}
