import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { Sides } from '../../base/sides.js';
import type { FloatImages } from '../../data/batch/floatImages.js';
import type { ImageBatch } from '../../data/batch/imageBatch.js';
import { resizedImages, roundUp } from '../../data/batch/padding.js';
import type { Pixels } from '../../data/batch/pixels.js';
import { interleaved, planar } from '../../data/batch/planes.js';
import type { DeepImageBatch, TranslateOptions } from './generator.js';
import type { GeneratorInfo } from './generatorInfo.js';
import { fromLevels, toLevels } from './levels.js';
import { requireImages, requireTiling } from './requireImages.js';
import { SerialQueue } from './serialQueue.js';
import { translateInTiles } from './tiles.js';

/** What goes through an engine. */
type EngineData = Float32Array | Uint8Array | Uint16Array;

/** Runs a generator's graph. Images are of a size that it takes. */
export interface Engine {
  run(images: { readonly data: EngineData; readonly shape: readonly number[] }): Promise<{
    readonly data: EngineData;
    readonly shape: readonly number[];
  }>;
  dispose(): Promise<void>;
}

/**
 * The engines of a generator: for bytes in NHWC, and for floats -1 ... 1 in NCHW. Each is made when it is first needed.
 */
export interface Engines {
  uint8(): Promise<Engine>;
  float(): Promise<Engine>;
}

/** The most pixels that are translated in one piece: 4096 × 4096, some 4 GB of activations in unet_256. */
const MAX_WHOLE_PIXELS = 4096 * 4096;

/** A batch of images as numbers: floats of -1 ... 1, bytes, or 16 bits. */
export type Tensor = FloatImages | ImageBatch | DeepImageBatch;

/** Translates tensors of any size with a graph that takes multiples of `info.unit`. Nothing of Node's, no decoding. */
export class TensorTranslator {
  private readonly queue: SerialQueue;
  private readonly made = new Map<keyof Engines, Promise<Engine>>();
  private disposed: Promise<void> | undefined;

  constructor(
    readonly info: GeneratorInfo,
    private readonly engines: Engines,
  ) {
    this.queue = new SerialQueue(`the generator ${info.name}`);
  }

  /**
   * @param given images, or the promise of some that are still decoded: such a translation is under way already
   * @throws Pix2PixError for what are no images, other channels than the network takes, or an image too large for one piece
   */
  async translate<Images extends Tensor>(
    given: Images | Promise<Images>,
    options: TranslateOptions = {},
  ): Promise<Images> {
    Promise.resolve(given).catch(() => {}); // told when its turn comes, which is no defect until then
    return this.queue.add(async () => {
      const images = await given;
      options.signal?.throwIfAborted();
      requireImages(images, this.info);
      requireTiling(options);
      const [n] = images.shape;
      if (!isBytes(images) && !isDeep(images)) {
        const floats = images as FloatImages;
        const isTiled = options.tile !== undefined && n === 1;
        return (await (isTiled ? this.floatsInTiles(floats, options) : this.floats(floats))) as Images;
      }
      if (options.tile !== undefined && n === 1) return (await this.inTiles(images, options)) as Images;
      return (await this.levels(images)) as Images;
    });
  }

  /** Makes an engine before it is needed. */
  async prepare(kind: keyof Engines): Promise<void> {
    await this.engine(kind);
  }

  dispose(): Promise<void> {
    this.disposed ??= this.release();
    return this.disposed;
  }

  private async release(): Promise<void> {
    await this.queue.close();
    for (const engine of this.made.values()) await (await engine).dispose();
    this.made.clear();
  }

  private engine(kind: keyof Engines): Promise<Engine> {
    let engine = this.made.get(kind);
    if (engine === undefined) {
      engine = this.engines[kind]();
      this.made.set(kind, engine);
      engine.catch(() => this.made.delete(kind)); // the next call tries again
    }
    return engine;
  }

  private async floats({ data, shape: [n, c, h, w] }: FloatImages): Promise<FloatImages> {
    const { height, width, isExact } = this.sizeFor(w, h);
    const engine = await this.engine('float');
    const padded = isExact ? data : this.planes(data, n * c, { width: w, height: h }, { width, height });
    const out = await engine.run({ data: padded, shape: [n, c, height, width] });
    const channels = out.shape[1];
    const result = isExact
      ? (out.data as Float32Array)
      : this.planes(out.data as Float32Array, n * channels, { width, height }, { width: w, height: h });
    return { data: result, shape: [n, channels, h, w] };
  }

  private async levels(images: ImageBatch | DeepImageBatch): Promise<ImageBatch | DeepImageBatch> {
    const [n, h, w, c] = images.shape;
    if (isDeep(images)) return toLevels(await this.floats(fromLevels(images)));
    const { height, width, isExact } = this.sizeFor(w, h);
    const engine = await this.engine('uint8');
    const padded = isExact
      ? images.data
      : resizedImages(images.data, n, c, { width: w, height: h }, { width, height });
    const out = await engine.run({ data: padded, shape: [n, height, width, c] });
    const channels = out.shape[3];
    const result = isExact
      ? (out.data as Uint8Array)
      : resizedImages(out.data as Uint8Array, n, channels, { width, height }, { width: w, height: h });
    return { data: result, shape: [n, h, w, channels] };
  }

  private async inTiles(images: ImageBatch | DeepImageBatch, options: TranslateOptions) {
    const [, height, width] = images.shape;
    const { inputNc, outputNc } = this.info;
    const { size, overlap } = this.tiling(options);
    const data = isDeep(images)
      ? new Uint16Array(width * height * outputNc)
      : new Uint8Array(width * height * outputNc);
    const image = { data: images.data, width, height, channels: inputNc };
    const result = { data, width, height, channels: outputNc };
    const translateTile = async (tile: Pixels<Uint8Array | Uint16Array>) => {
      options.signal?.throwIfAborted();
      const out = await this.levels({ data: tile.data, shape: [1, size, size, inputNc] } as ImageBatch);
      return { data: out.data, width: size, height: size, channels: outputNc };
    };
    await translateInTiles<Uint8Array | Uint16Array>(
      image,
      result,
      { size, overlap },
      translateTile,
      options.onTile,
    );
    return { data, shape: [1, height, width, outputNc] } as ImageBatch | DeepImageBatch;
  }

  private async floatsInTiles({ data, shape }: FloatImages, options: TranslateOptions): Promise<FloatImages> {
    const [, channels, height, width] = shape;
    const { outputNc } = this.info;
    const { size, overlap } = this.tiling(options);
    const image = { data: interleaved(data, channels), width, height, channels };
    const result = { ...image, data: new Float32Array(width * height * outputNc), channels: outputNc };
    const translateTile = async (tile: Pixels<Float32Array>) => {
      options.signal?.throwIfAborted();
      const images = { data: planar(tile.data, channels), shape: [1, channels, size, size] as const };
      const out = await this.floats(images);
      return { data: interleaved(out.data, outputNc), width: size, height: size, channels: outputNc };
    };
    await translateInTiles(image, result, { size, overlap }, translateTile, options.onTile);
    return { data: planar(result.data, outputNc), shape: [1, outputNc, height, width] };
  }

  private tiling(options: TranslateOptions) {
    const { unit, fixedSize } = this.info;
    const size = fixedSize === undefined ? roundUp(Math.max(1, options.tile!), unit) : squareOf(fixedSize);
    return { size, overlap: Math.min(options.overlap ?? size >> 2, size >> 1) };
  }

  private planes(data: Float32Array, count: number, from: Sides, to: Sides): Float32Array {
    return resizedImages(data, count, 1, from, to);
  }

  private sizeFor(w: number, h: number): Sides & { readonly isExact: boolean } {
    const { unit, fixedSize } = this.info;
    if (fixedSize !== undefined) return fixedFor({ width: w, height: h }, fixedSize);
    const [width, height] = [roundUp(w, unit), roundUp(h, unit)];
    if (width * height > MAX_WHOLE_PIXELS) {
      throw new Pix2PixError(
        'the image is too large to be translated in one piece',
        { image: `${w}×${h}`, limit: `${MAX_WHOLE_PIXELS} pixels` },
        'translate it in tiles: --tile 512, in code { tile: 512 }',
      );
    }
    return { width, height, isExact: width === w && height === h };
  }
}

/** Smaller images are padded to the one size that a graph takes. @throws Pix2PixError for larger ones */
function fixedFor(
  { width: w, height: h }: Sides,
  { width, height }: Sides,
): Sides & { readonly isExact: boolean } {
  if (w <= width && h <= height) return { width, height, isExact: w === width && h === height };
  throw new Pix2PixError(
    'the image is larger than what this file was exported for',
    { image: `${w}×${h}`, file: `${width}×${height}` },
    'translate it in tiles, --tile, or export the generator without --fixed_size',
  );
}

/** @throws Pix2PixError where tiles would not be squares */
function squareOf({ width, height }: Sides): number {
  if (width === height) return width;
  throw new Pix2PixError(
    'tiles are squares, and this file was exported for another shape',
    { file: `${width}×${height}` },
    'export the generator for a square, or without --fixed_size',
  );
}

const isBytes = (images: Tensor): images is ImageBatch => images.data instanceof Uint8Array;
const isDeep = (images: Tensor): images is DeepImageBatch => images.data instanceof Uint16Array;
