import type { TiffTag } from './raster.js';

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
