import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { TranslateOptions } from './generator.js';
import type { GeneratorInfo } from './generatorInfo.js';

/**
 * What a program without types may give in place of images is refused in words.
 * @throws Pix2PixError for what are no images, a shape that does not fit, or other channels than the network takes
 */
export function requireImages(images: unknown, { name, inputNc }: GeneratorInfo): void {
  const { shape, data } = (images ?? {}) as { readonly shape?: readonly number[]; readonly data?: unknown };
  const isPlanar = data instanceof Float32Array;
  const isElements = isPlanar || data instanceof Uint8Array || data instanceof Uint16Array;
  if (!isElements || !Array.isArray(shape)) {
    throw new Pix2PixError(
      'this is no image that a generator takes',
      { given: describe(images) },
      'give { data, shape }, with a Float32Array in NCHW, or a Uint8Array or Uint16Array in NHWC; in Node also the path of a ' +
        'file, or its bytes as a Uint8Array; in a page also a canvas, an image, a video, an ImageData or a File',
    );
  }
  const order = `[${shape}]   ${isPlanar ? 'NCHW' : 'NHWC'}`;
  const [n, c, h, w] = isPlanar ? shape : [shape[0], shape[3], shape[1], shape[2]];
  if (
    ![n, c, h, w].every((extent) => Number.isInteger(extent) && extent > 0) ||
    n * c * h * w !== data.length
  ) {
    throw new Pix2PixError(
      'the shape does not fit the elements',
      { shape: order, elements: data.length },
      'give the extents of the images, whose product is the number of elements',
    );
  }
  if (c === inputNc) return;
  throw new Pix2PixError(
    `the image has ${c} channels, the generator takes ${inputNc}`,
    { generator: name, image: order },
    'convert the image, or use a generator that was trained on such images',
  );
}

/** @throws Pix2PixError for a size of tiles or of their overlap that is none */
export function requireTiling({ tile, overlap }: TranslateOptions): void {
  const isWhole = (value: unknown, least: number) => Number.isInteger(value) && Number(value) >= least;
  if ((tile === undefined || isWhole(tile, 1)) && (overlap === undefined || isWhole(overlap, 0))) return;
  throw new Pix2PixError(
    'tiles and their overlap are whole numbers of pixels',
    { tile: String(tile), overlap: String(overlap) },
    'give { tile: 512 }, and an overlap of 0 or more, or none',
  );
}

/** `{ data: Float64Array, shape: Array }`, `Blob`, `undefined` */
function describe(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  const kind = kindOf(value);
  if (kind !== 'Object') return kind;
  const entries = Object.entries(value).map(([key, entry]) => `${key}: ${kindOf(entry)}`);
  return `{ ${entries.slice(0, 4).join(', ')} }`;
}

const kindOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'Object') : typeof value;
