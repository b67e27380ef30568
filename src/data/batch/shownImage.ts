import { parseBands } from '../../options/bands.js';
import { type FloatImages, toImageBatch } from './floatImages.js';
import type { ImageBatch } from './imageBatch.js';
import { classColours } from './palette.js';
import { type FormatOptions, formatsOf, type SideFormat } from './sideFormat.js';

/** Makes pictures of what goes into networks and comes out: `name` is that of a visual, `real_A`, `2/fake_B`. */
export type Show = (name: string, images: FloatImages) => ImageBatch;

/**
 * How images of these options are shown: those of 1 or 3 channels as grey and colours, labels in the colours of their
 * classes, and of others the channels that `--show_bands` names, by default the first three, or the first of two.
 */
export function showing(opt: FormatOptions): Show {
  const { input, output } = formatsOf(opt);
  const colours = classColours(opt.labelPalette ?? '');
  const bands = parseBands(opt.showBands ?? '');
  return (name, images) => {
    const format = /(^|\/)real$|_A$/.test(name) ? input : output;
    return toImageBatch(shown(images, format, colours, bands));
  };
}

function shown(
  images: FloatImages,
  format: SideFormat,
  colours: Uint8Array,
  bands: readonly number[] | undefined,
): FloatImages {
  const channels = images.shape[1];
  if (format.kind === 'labels' && format.channels === channels) return coloured(images, colours);
  if (channels === 1 || channels === 3) return images;
  const wanted = (bands ?? (channels === 2 ? [0] : [0, 1, 2])).map((band) => Math.min(band, channels - 1));
  return picked(images, wanted);
}

/** The channels `bands` alone. */
function picked({ data, shape: [n, c, h, w] }: FloatImages, bands: readonly number[]): FloatImages {
  const area = h * w;
  const result = new Float32Array(n * bands.length * area);
  for (let image = 0; image < n; image++)
    for (const [i, band] of bands.entries()) {
      const start = (image * c + band) * area;
      result.set(data.subarray(start, start + area), (image * bands.length + i) * area);
    }
  return { data: result, shape: [n, bands.length, h, w] };
}

/** Each pixel in the colour of its class; black where it is of none. */
function coloured(images: FloatImages, colours: Uint8Array): FloatImages {
  const [n, , h, w] = images.shape;
  const area = h * w;
  const result = new Float32Array(n * 3 * area).fill(-1);
  for (const [i, label] of classesOf(images).entries()) {
    if (label === NO_CLASS) continue;
    const start = Math.floor(i / area) * 3 * area + (i % area);
    for (let c = 0; c < 3; c++) result[start + c * area] = colours[3 * label + c] / 127.5 - 1;
  }
  return { data: result, shape: [n, 3, h, w] };
}

/** Of a pixel of no class. */
export const NO_CLASS = 255;

/** The class of each pixel: the channel of the greatest number; none where all are -1. */
export function classesOf({ data, shape: [n, c, h, w] }: FloatImages): Uint8Array {
  const area = h * w;
  const classes = new Uint8Array(n * area).fill(NO_CLASS);
  for (let i = 0; i < n * area; i++) {
    const start = Math.floor(i / area) * c * area + (i % area);
    let most = -1;
    for (let channel = 0; channel < c; channel++) {
      const value = data[start + channel * area];
      if (value <= most) continue;
      most = value;
      classes[i] = channel;
    }
  }
  return classes;
}
