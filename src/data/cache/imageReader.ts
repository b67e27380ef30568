import type { ImagePart } from '../augment/preparedImage.js';
import { resizeRegion } from '../augment/transform.js';
import type { Pixels, Region } from '../batch/pixels.js';
import { BadImageError } from '../decode/badImage.js';
import { decodeImage } from '../decode/decode.js';
import type { DecodeNote, OnFileNote } from '../decode/decodeNote.js';
import type { RgbImage } from '../decode/rgbImage.js';
import type { CacheBound } from './cacheBound.js';
import { ImageCache, type KeptFile, type KeptPart } from './imageCache.js';

const NOT_KEPT: DecodeNote = {
  kind: 'memory',
  text: 'it is decoded every time, because too little memory is free now to keep more images',
};

/** Reads image files: decodes them, or has their images in memory. The bits are the same either way. */
export class ImageReader {
  private cache: ImageCache | undefined;

  /** From now on images are kept, within a bound. */
  keepWithin(bound: CacheBound): void {
    this.cache = new ImageCache(bound);
  }

  /** @throws BadImageError */
  async whole(path: string, onNote?: OnFileNote): Promise<ImagePart> {
    const [whole] = await this.read(path, wholeOf, onNote);
    return whole;
  }

  /** The left half and the right one. Throws BadImageError. */
  async halves(path: string, onNote?: OnFileNote): Promise<[ImagePart, ImagePart]> {
    const [left, right] = await this.read(path, halvesOf, onNote);
    return [left, right];
  }

  private async read(
    path: string,
    regionsOf: (image: RgbImage, path: string) => Region[],
    onNote?: OnFileNote,
  ): Promise<ImagePart[]> {
    const stamp = await this.cache?.stampOf(path);
    const kept = stamp && this.cache?.get(path, stamp);
    if (kept !== undefined) return partsOf(path, kept, onNote);

    const notes: DecodeNote[] = [];
    const image = await decodeImage(path, (note) => {
      notes.push(note);
      onNote?.(path, note);
    });
    const regions = regionsOf(image, path);
    const made = new Map<Region, KeptPart>();
    const keepWhole = (region: Region, pixels: Pixels) => {
      const { width, height } = region;
      made.set(region, { size: { width, height }, pixels });
      if (this.cache === undefined || stamp === undefined || made.size < regions.length) return;
      this.cache.keep(path, { stamp, parts: regions.map((one) => made.get(one)!), notes });
      if (this.cache.hasEnded) onNote?.(path, NOT_KEPT);
    };
    return regions.map((region) => ({
      path,
      size: region,
      resized: async (to, channels) => {
        const pixels = await resizeRegion(image, region, to, channels);
        keepWhole(region, pixels);
        return pixels;
      },
    }));
  }
}

function partsOf(path: string, { parts, notes }: KeptFile, onNote?: OnFileNote): ImagePart[] {
  for (const note of notes) onNote?.(path, note);
  return parts.map(({ size, pixels }) => ({ path, size, resized: async () => pixels }));
}

function wholeOf({ width, height }: RgbImage): Region[] {
  return [{ left: 0, top: 0, width, height }];
}

function halvesOf({ width, height }: RgbImage, path: string): Region[] {
  if (width % 2 !== 0) {
    throw new BadImageError(
      path,
      `it is ${width} pixels wide: an odd width has no two equal halves A|B`,
      'make its width even, or put A and B into two folders (<phase>A and <phase>B)',
    );
  }
  const half = { top: 0, width: width / 2, height };
  return [
    { left: 0, ...half },
    { left: width / 2, ...half },
  ];
}
