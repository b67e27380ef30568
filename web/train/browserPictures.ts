import type { Size } from '../../src/data/batch/geometry.js';
import { toImageData } from '../canvasImages.js';
import type { Picture, PictureReader } from './pairSource.js';

/** Pictures as the browser decodes and resizes them. */
export const browserPictures: PictureReader = {
  decode: async (file) => {
    const bitmap = await createImageBitmap(file, {
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    }).catch(() => {
      throw new Error('the browser cannot decode it');
    });
    return drawn(bitmap, bitmap);
  },
  resize: async ({ data, width, height, channels }, size) =>
    drawn(await createImageBitmap(toImageData({ data, shape: [1, height, width, channels] })), size),
};

function drawn(bitmap: ImageBitmap, { width, height }: Size): Picture {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) data.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  return { data, width, height, channels: 3 };
}
