import { BadImageError } from './badImage.js';

/** The largest file that is read. */
export const MAX_FILE_BYTES = 512 * 1024 * 1024;
/** The largest image that is decoded, 179 megapixels: the count from which PIL, too, refuses (a decompression bomb). */
export const MAX_PIXELS = 178_956_970;

/** An image of more pixels than are decoded. */
export class OversizedImageError extends BadImageError {}

/** Throws OversizedImageError for an image of more pixels than are decoded. */
export function checkSize(name: string, { width, height }: { width: number; height: number }): void {
  if (width * height <= MAX_PIXELS) return;
  throw new OversizedImageError(
    name,
    `it has ${width}x${height} pixels, more than ${MAX_PIXELS} in all`,
    'scale it down or cut it into parts',
  );
}
