import { emptyLike } from '../batch/pixels.js';
import type { NumberArray, TiffTag } from './raster.js';

/** GDAL's tags: what an image's bands are called, hold and range over, and the number that stands for none. */
export const [METADATA, NO_DATA] = [42112, 42113];

/** The number that the tag says, which is text; undefined where that is no number. */
export function noDataOf(text: unknown): number | undefined {
  const number = Number.parseFloat(String(text));
  return Number.isNaN(number) && !/^\s*nan\b/i.test(String(text)) ? undefined : number;
}

/**
 * The tags of an image for numbers of another type: what stands for none among the image's and is no number of that type, as
 * -9999 is none of 0 to 65535, stands for nothing there. rasterio refuses to write it, and reads it as no such number.
 */
export function tagsFor(data: NumberArray, tags: readonly TiffTag[]): TiffTag[] {
  return tags.filter(({ code, value }) => code !== NO_DATA || canHold(data, noDataOf(value)));
}

/**
 * The tags of an image for what a network has made of it: without what they say of its numbers. GIS programs choose
 * colours by a band's minimum and maximum, which are those of the input. And the network makes a number of every pixel: those that happen to be the one that stands
 * for none, as black is 0, would be missing.
 *
 * Source: GDAL RFC 15, Band Masks: where a band has a no-data value, pixels that equal it are masked
 */
export function tagsOfResult(tags: readonly TiffTag[]): TiffTag[] {
  return tags.filter(({ code }) => code !== METADATA && code !== NO_DATA);
}

function canHold(data: NumberArray, number: number | undefined): boolean {
  if (number === undefined) return false;
  const [held] = emptyLike(data, 1).fill(number);
  const isOfFloats = data instanceof Float32Array || data instanceof Float64Array;
  return isOfFloats ? Number.isFinite(held) === Number.isFinite(number) : held === number;
}
