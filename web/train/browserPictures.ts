import { resample } from '../../src/data/batch/resample.js';
import { MOST_PIXELS } from '../mostPixels.js';
import type { Picture, PictureReader } from './pairSource.js';

/** Pictures as the browser decodes them, resized as the command line resizes them. */
export const browserPictures: PictureReader = {
  decode: async (file) => {
    const bitmap = await createImageBitmap(file, {
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    }).catch(() => {
      throw new Error('the browser cannot decode it');
    });
    const { width, height } = bitmap;
    if (width * height <= MOST_PIXELS) return pixelsOf(bitmap);
    bitmap.close();
    throw new Error(`it has ${width}x${height} pixels, and a page can hold ${MOST_PIXELS / 1e6} million`);
  },
  resize: async ({ data, width, height, channels }, size) => {
    const floats = { data: Float32Array.from(data), width, height, channels };
    const resized = resample(floats, { left: 0, top: 0, width, height }, size, 'bicubic');
    return { ...resized, data: new Uint8Array(Uint8ClampedArray.from(resized.data).buffer) }; // rounded
  },
};

function pixelsOf(bitmap: ImageBitmap): Picture {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) data.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  return { data, width, height, channels: 3 };
}
