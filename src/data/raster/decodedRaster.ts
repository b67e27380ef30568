import { decodeDeepImage } from '../decode/decode.js';
import type { DecodeOptions } from '../decode/deepImage.js';
import type { Raster } from './raster.js';

/** An image as `decodeDeepImage` has it: R, G and B, and its opacity where it has one. Throws BadImageError. */
export async function decodedRaster(
  file: Buffer,
  name: string,
  options: Pick<DecodeOptions, 'admit' | 'depth'> = {},
): Promise<Raster> {
  const { data, alpha, width, height } = await decodeDeepImage(file, name, { alpha: true, ...options });
  if (alpha === undefined) return { data, width, height, channels: 3 };
  const all = new (data instanceof Uint16Array ? Uint16Array : Uint8Array)(alpha.length * 4);
  for (let i = 0; i < alpha.length; i++) {
    all.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
    all[4 * i + 3] = alpha[i];
  }
  return { data: all, width, height, channels: 4, hasAlpha: true };
}
