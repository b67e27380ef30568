import type { NumberDepth } from '../data/raster/toUnits.js';
import type { ImageFormat } from './encodeImage.js';
import type { ImageFile } from './loadGenerator.js';
import type { TranslateOptions } from './portable/generator.js';

/** One image to translate. */
export interface TranslationJob {
  /** A path, or the contents of a file. */
  readonly source: ImageFile;
  /** Its name in messages. */
  readonly name: string;
  /** Where it goes: a path, or what takes the file's bytes. */
  readonly output: string | ((file: Uint8Array) => Promise<void>);
  readonly format: ImageFormat;
}

/** Settings of `translateFiles`. */
export interface TranslateFilesOptions extends Pick<TranslateOptions, 'tile' | 'overlap' | 'onTile'> {
  /** Bits of a channel. Default: 8; of generators of other numbers what holds these. */
  readonly depth?: NumberDepth;
  /** Whether the alpha channel of an image goes over to its translation. Default: no. */
  readonly keepAlpha?: boolean;
  /** Of JPEG and WebP. Default: 95. */
  readonly quality?: number;
  /** After every image, also one that failed. */
  readonly onImage?: (done: number, total: number) => void;
  /** Told what images have more than is seen of them, once for each kind. */
  readonly onNote?: (text: string) => void;
  /** When aborted, no other image is begun, and one in tiles ends; its reason is to be a Pix2PixError. */
  readonly stop?: AbortSignal;
}
