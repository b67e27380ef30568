import type { ImageBatch } from '../../data/batch/imageBatch.js';
import type { Pixels } from '../../data/batch/pixels.js';

/** Settings of `encodePng`. */
export interface EncodePngOptions {
  /**
   * Height over width of a pixel: above 1 the picture is stretched in height, below 1 in width (bicubic), as the
   * reference's `--aspect_ratio` does with square images. Default 1.
   */
  readonly aspectRatio?: number;
}

/** One image of a batch as a PNG file: grey for one channel, RGB for three. */
export async function encodePng(
  batch: ImageBatch,
  index = 0,
  options: EncodePngOptions = {},
): Promise<Uint8Array> {
  const [n, height, width, channels] = batch.shape;
  if (index >= n) throw new RangeError(`encodePng: image ${index} of a batch of ${n}`);
  if (channels !== 1 && channels !== 3) throw new RangeError(`encodePng: ${channels} channels, not 1 or 3`);
  const { default: sharp } = await import('sharp'); // it takes long to load: a training's first step does not wait for it
  const size = height * width * channels;
  const pixels = batch.data.subarray(index * size, (index + 1) * size);
  const picture = await stretched({ data: pixels, width, height, channels }, options.aspectRatio ?? 1);
  const image = sharp(picture.data, { raw: rawOf(picture) });
  if (channels === 1) image.toColourspace('b-w');
  return image.png().toBuffer();
}

async function stretched(picture: Pixels<Uint8Array>, aspectRatio: number): Promise<Pixels<Uint8Array>> {
  if (aspectRatio === 1) return picture;
  const { resizePixels } = await import('../../data/augment/transform.js');
  const { width, height } = picture;
  const size =
    aspectRatio > 1
      ? { width, height: Math.floor(height * aspectRatio) }
      : { width: Math.floor(width / aspectRatio), height };
  return resizePixels(picture, size);
}

const rawOf = ({ width, height, channels }: Pixels<Uint8Array>) =>
  ({ width, height, channels: channels === 1 ? 1 : 3 }) as const;
