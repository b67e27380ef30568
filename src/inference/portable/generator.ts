/// <reference lib="esnext.disposable" preserve="true" />
// For the type of `Symbol.asyncDispose`, where a program that uses the package names an older `lib`.

import type { FloatImages } from '../../data/batch/floatImages.js';
import type { ImageBatch } from '../../data/batch/imageBatch.js';
import type { GeneratorInfo } from './generatorInfo.js';

/** Images of 16 bits a channel, 0 ... 65535, in NHWC order. */
export interface DeepImageBatch {
  readonly data: Uint16Array;
  readonly shape: readonly [n: number, h: number, w: number, c: number];
}

/** How one translation is made. */
export interface TranslateOptions {
  /**
   * For a single large image: translates it in square tiles of so many pixels a side (rounded up to what the network
   * takes), blended where they overlap. Batch norm by the image's own statistics then normalises each tile by itself;
   * the norm mode `running` has no such seams.
   */
  readonly tile?: number;
  /** Pixels that neighbouring tiles share. Default: a quarter of a tile. */
  readonly overlap?: number;
  /** After every tile. */
  readonly onTile?: (done: number, total: number) => void;
  /**
   * When aborted, the translation ends with the signal's reason as its error: before it begins, where others are before it, or
   * before the next tile. What is computed in one piece is computed to its end.
   */
  readonly signal?: AbortSignal;
}

/**
 * A trained generator, ready to translate. Dropout is off, so the same image gives the same translation.
 *
 * Calls may overlap: they are answered one after another. The elements of a tensor are read when its turn comes, so leave them
 * unchanged until then.
 *
 * @typeParam Source what else than tensors it takes: files in Node, canvases in a browser
 * @typeParam Picture what it makes of them
 */
export interface Generator<Source, Picture> {
  readonly info: GeneratorInfo;
  /** Floats -1 ... 1, f32[N, C, H, W], of any size: padded by reflection to what the network takes, and cut back. */
  translate(images: FloatImages, options?: TranslateOptions): Promise<FloatImages>;
  /** Bytes 0 ... 255, u8[N, H, W, C]. */
  translate(images: ImageBatch, options?: TranslateOptions): Promise<ImageBatch>;
  /** 16 bits, 0 ... 65535, [N, H, W, C]. */
  translate(images: DeepImageBatch, options?: TranslateOptions): Promise<DeepImageBatch>;
  /** @throws Pix2PixError (Node: BadImageError) when it cannot be decoded, or the network takes other channels */
  translate(image: Source, options?: TranslateOptions): Promise<Picture>;
  /** Waits for translations under way and frees the engine. Further calls wait for the same. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
