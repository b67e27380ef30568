import { Pix2PixError } from '../src/base/errors/pix2pixError.js';
import type { ImageBatch } from '../src/data/batch/imageBatch.js';
import { requireTrueCanvas } from './trueCanvas.js';

/** The kinds of objects that hold images in a page. */
export type Picture = ImageData | CanvasImageSource | Blob;

/** The pixels of a picture as the generator takes them: R, G, B, or luma for one channel. Transparency is dropped. */
export async function toBatch(picture: Picture, channels: number): Promise<ImageBatch> {
  if (channels !== 1 && channels !== 3) {
    throw new Pix2PixError(
      `the generator takes ${channels} channels, a picture has 3 or 1`,
      {},
      'give translate a tensor: { data, shape }',
    );
  }
  const { data, width, height } = await pixelsOf(picture);
  const bytes = new Uint8Array(width * height * channels);
  for (let i = 0, to = 0; i < data.length; i += 4) {
    if (channels === 3) {
      bytes[to++] = data[i];
      bytes[to++] = data[i + 1];
      bytes[to++] = data[i + 2];
    } else {
      bytes[to++] = Math.floor(0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2] + 0.5);
    }
  }
  return { data: bytes, shape: [1, height, width, channels] };
}

/** Pixels for `putImageData`: grey or RGB, opaque. */
export function toImageData({ data, shape: [, height, width, channels] }: ImageBatch): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0, from = 0; i < image.data.length; i += 4, from += channels) {
    image.data[i] = data[from];
    image.data[i + 1] = data[channels === 3 ? from + 1 : from];
    image.data[i + 2] = data[channels === 3 ? from + 2 : from];
    image.data[i + 3] = 255;
  }
  return image;
}

/** Its pixels as the browser has them. @throws Pix2PixError when the browser does not show them */
export async function pixelsOf(picture: Picture): Promise<ImageData> {
  if (picture instanceof ImageData) return picture;
  requireTrueCanvas();
  const source = picture instanceof Blob ? await createImageBitmap(picture) : picture;
  const { width, height } = sizeOf(source);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(source, 0, 0);
  return context.getImageData(0, 0, width, height);
}

function sizeOf(source: CanvasImageSource): { width: number; height: number } {
  // By what they have, since the classes of elements are unknown in a worker.
  if ('videoWidth' in source) return { width: source.videoWidth, height: source.videoHeight };
  if ('naturalWidth' in source) return { width: source.naturalWidth, height: source.naturalHeight };
  if ('displayWidth' in source) return { width: source.displayWidth, height: source.displayHeight };
  const { width, height } = source as ImageBitmap;
  return { width, height };
}
