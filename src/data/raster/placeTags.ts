import type { GeoTIFFImage } from 'geotiff';
import { formatOf } from '../decode/format.js';
import { openImageFile, readImageFile } from '../decode/imageFile.js';
import { METADATA, NO_DATA } from './noData.js';
import type { TiffTag } from './raster.js';
import { orientationOf, pagesOf, pagesOfFile } from './tiffPages.js';

/** The tags of GeoTIFF (OGC 19-008r4), and what GDAL adds. */
const PLACE_TAGS: Readonly<Record<number, TiffTag['type']>> = {
  ...{ 33550: 'double', 33922: 'double', 34264: 'double' }, // pixel scale, tie points, transformation
  ...{ 34735: 'short', 34736: 'double', 34737: 'ascii' }, // keys, and their numbers and texts
  ...{ [METADATA]: 'ascii', [NO_DATA]: 'ascii' },
};
/** GeoTIFF's tags of places: how large a pixel is, tie points, and the matrix from pixels to the earth. */
const [PIXEL_SCALE, TIE_POINTS, MATRIX] = [33550, 33922, 34264];

/**
 * The place on the earth of a part of an image, whose first pixel is that at (left, top). Where the size of a pixel is known,
 * tie points go on being about the same pixel, since readers take it for the first one; others name their pixels anew.
 *
 * Source: OGC 19-008r4, GeoTIFF 1.1, section 7.3: tie points are (i, j, k, x, y, z), and y grows against j; the matrix has rows of four
 */
export function placeOfPart(tags: readonly TiffTag[], left: number, top: number): TiffTag[] {
  const scale = tags.find(({ code }) => code === PIXEL_SCALE)?.value;
  const moved = Array.isArray(scale)
    ? [0, 0, 0, scale[0] * left, -scale[1] * top, 0]
    : [-left, -top, 0, 0, 0, 0];
  return tags.map((tag) => {
    const { code, value: at } = tag;
    if (typeof at === 'string') return tag;
    if (code === TIE_POINTS) return { ...tag, value: at.map((number, i) => number + moved[i % 6]) };
    if (code !== MATRIX) return tag;
    const value = at.map((number, i) => (i % 4 === 3 ? number + at[i - 3] * left + at[i - 2] * top : number));
    return { ...tag, value };
  });
}

/** What a page says of its place. None of a page that is turned: the tags are about rows and columns of the file. */
export async function placeTags(page: GeoTIFFImage): Promise<TiffTag[]> {
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

/** What a file says of its place on the earth, where it is a TIFF. */
export async function readPlaceTags(source: string | Uint8Array): Promise<TiffTag[]> {
  const file = typeof source === 'string' ? await readImageFile(source) : Buffer.from(source);
  return formatOf(file) === 'tiff' ? placeTags((await pagesOf(file))[0]) : [];
}

/** The same of a TIFF of any length, of which nothing else is read. */
export async function placeTagsOfFile(path: string): Promise<TiffTag[]> {
  const file = await openImageFile(path);
  try {
    return await placeTags((await pagesOfFile(file))[0]);
  } finally {
    file.close();
  }
}
