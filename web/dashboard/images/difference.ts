/** How far two images are from each other, pixel by pixel, made visible. */
export interface Difference {
  /** RGBA. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** Mean absolute difference over all pixels and channels, 0 ... 255. */
  readonly mean: number;
}

/** Stops of the colour map inferno (S. van der Walt and N. Smith, 2015) at equal distances: light grows evenly with the value. */
const INFERNO = [
  [0, 0, 4],
  [31, 12, 72],
  [85, 15, 109],
  [136, 34, 106],
  [186, 54, 85],
  [227, 89, 51],
  [249, 140, 10],
  [249, 201, 50],
  [252, 255, 164],
] as const;

/** The colour of a share 0 ... 1, as red, green and blue in 0 ... 255. */
export function heat(share: number): [number, number, number] {
  const place = Math.min(1, Math.max(0, share)) * (INFERNO.length - 1);
  const stop = Math.min(INFERNO.length - 2, Math.floor(place));
  const [low, high] = [INFERNO[stop], INFERNO[stop + 1]];
  const between = (channel: 0 | 1 | 2) => low[channel] + (high[channel] - low[channel]) * (place - stop);
  return [between(0), between(1), between(2)];
}

/** The colours as a CSS gradient, for the scale beside a difference. */
export const heatGradient = `linear-gradient(to right, ${INFERNO.map((rgb) => `rgb(${rgb})`).join(', ')})`;

/**
 * The absolute difference of two images, mean over the colours, as heat.
 * @param a RGBA of width × height pixels
 * @param b of the same size
 * @param top the difference, of 255, that gets the brightest colour
 * @throws RangeError for images of different sizes
 */
export function difference(a: Uint8ClampedArray, b: Uint8ClampedArray, top: number): Difference {
  if (a.length !== b.length) throw new RangeError(`difference of ${a.length} and ${b.length} bytes`);
  const colours = Array.from({ length: 766 }, (_, sum) => heat(sum / 3 / top)); // a pixel's three differences add up to 0 ... 765
  const pixels = new Uint8ClampedArray(a.length);
  let total = 0;
  for (let i = 0; i < a.length; i += 4) {
    const sum = Math.abs(a[i] - b[i]) + Math.abs(a[i + 1] - b[i + 1]) + Math.abs(a[i + 2] - b[i + 2]);
    total += sum;
    pixels.set(colours[sum], i);
    pixels[i + 3] = 255;
  }
  return { pixels, mean: a.length === 0 ? 0 : total / (0.75 * a.length) };
}
