import type { Pixels } from '../batch/pixels.js';
import { isNone, type Raster } from './raster.js';
import { colours } from './readSide.js';

/**
 * Numbers as a picture, for people: the first of one or two channels as grey, the first three of others as colours, from the
 * least number in black to the greatest in white. What is no number is black.
 */
export function pictureOfNumbers(raster: Raster): Pixels<Uint8Array> {
  const seen = colours(raster);
  const { data, width, height, channels } = seen;
  const shown = channels < 3 ? 1 : 3;
  const isNumber = (number: number) => Number.isFinite(number) && !isNone(number, seen);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    if (i % channels >= shown || !isNumber(data[i])) continue;
    low = Math.min(low, data[i]);
    high = Math.max(high, data[i]);
  }
  const levels = Uint8Array.from({ length: width * height * shown }, (_, i) => {
    const number = data[Math.floor(i / shown) * channels + (i % shown)];
    return isNumber(number) && high > low ? Math.round(((number - low) / (high - low)) * 255) : 0;
  });
  return { data: levels, width, height, channels: shown };
}
