import type { Sides } from '../../base/sides.js';
import type { ImagePart } from '../augment/preparedImage.js';
import type { Pixels, Region } from '../batch/pixels.js';
import type { SideFormat } from '../batch/sideFormat.js';
import { BadImageError } from '../decode/badImage.js';
import type { DecodeNote, OnFileNote } from '../decode/decodeNote.js';
import type { ImageFiles } from '../raster/readSide.js';
import type { CacheBound } from './cacheBound.js';
import { decodeFiles } from './decodedImage.js';
import { ImageCache, type KeptFile, type KeptPart } from './imageCache.js';

const NOT_KEPT: DecodeNote = {
  kind: 'memory',
  text: 'it is decoded every time, because too little memory is free now to keep more images',
};

/** The regions of an image that are images of their own. */
type RegionsOf = (size: Sides, path: string) => Region[];

/** Reads image files: decodes them, or has their images in memory. The bits are the same either way. */
export class ImageReader {
  private cache: ImageCache | undefined;

  /** From now on images are kept, within a bound. */
  keepWithin(bound: CacheBound): void {
    this.cache = new ImageCache(bound);
  }

  /** @throws BadImageError */
  async whole(files: ImageFiles, format: SideFormat, onNote?: OnFileNote): Promise<ImagePart> {
    const [whole] = await this.read(files, [format], wholeOf, onNote);
    return whole;
  }

  /** The left half and the right one, each of its format. Throws BadImageError. */
  async halves(
    path: string,
    formats: readonly [SideFormat, SideFormat],
    onNote?: OnFileNote,
  ): Promise<[ImagePart, ImagePart]> {
    const [left, right] = await this.read({ path }, formats, halvesOf, onNote);
    return [left, right];
  }

  private async read(
    files: ImageFiles,
    formats: readonly SideFormat[],
    regionsOf: RegionsOf,
    onNote?: OnFileNote,
  ): Promise<ImagePart[]> {
    const { path } = files;
    const stamp = await this.cache?.stampOf(files);
    const kept = stamp && this.cache?.get(path, stamp);
    if (kept !== undefined) return partsOf(path, formats, kept, onNote);

    const notes: DecodeNote[] = [];
    const image = await decodeFiles(files, formats, (note) => {
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
    return regions.map((region, i) => ({
      path,
      size: region,
      format: formats[i],
      resized: async (to, channels) => {
        const pixels = await image.resized(region, to, formats[i], channels);
        keepWhole(region, pixels);
        return pixels;
      },
    }));
  }
}

function partsOf(
  path: string,
  formats: readonly SideFormat[],
  { parts, notes }: KeptFile,
  onNote?: OnFileNote,
): ImagePart[] {
  for (const note of notes) onNote?.(path, note);
  return parts.map(({ size, pixels }, i) => ({
    path,
    size,
    format: formats[i],
    resized: async () => pixels,
  }));
}

function wholeOf({ width, height }: Sides): Region[] {
  return [{ left: 0, top: 0, width, height }];
}

function halvesOf({ width, height }: Sides, path: string): Region[] {
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
