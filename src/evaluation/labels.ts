import { readFileSync } from 'node:fs';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { fileError } from '../base/files/systemError.js';
import type { ImageBatch } from '../data/batch/imageBatch.js';

/** The classes of label maps, and how pictures show them: as numbers in grey, or as colours. */
export interface LabelSettings {
  readonly classes: number;
  /** One for each class; without it grey levels are the numbers of classes. */
  readonly palette?: readonly (readonly [r: number, g: number, b: number])[];
  /** Pixels whose target has this number are not counted. */
  readonly ignored?: number;
}

/** Reads `[[0, 0, 255], ...]`: the colour of class 0, and so on. @throws Pix2PixError when the file holds anything else */
export function readPalette(path: string): [number, number, number][] {
  let palette: unknown;
  try {
    palette = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw fileError(error, 'this palette cannot be read', path);
  }
  const isLevel = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
  const isColour = (value: unknown) => Array.isArray(value) && value.length === 3 && value.every(isLevel);
  if (Array.isArray(palette) && palette.length > 0 && palette.every(isColour)) return palette;
  throw new Pix2PixError(
    'this is no palette',
    { file: path },
    'write a JSON list of colours, one for each class: [[0, 0, 255], [255, 128, 0]]',
  );
}

/** The class of each pixel of a batch of one image: that whose colour is nearest, of two the first; or the grey level. */
export function classesShown(
  { data, shape }: ImageBatch,
  { palette }: LabelSettings,
): Uint8Array | Uint16Array {
  const channels = shape[3];
  const pixels = data.length / channels;
  if (palette === undefined) return Uint8Array.from({ length: pixels }, (_, i) => data[i * channels]);
  const known = new Map<number, number>();
  const classes = new Uint16Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const [r, g, b] = [0, 1, 2].map((c) => data[i * channels + (channels === 1 ? 0 : c)]);
    const colour = (r << 16) | (g << 8) | b;
    let nearest = known.get(colour);
    if (nearest === undefined) {
      nearest = nearestOf(palette, r, g, b);
      known.set(colour, nearest);
    }
    classes[i] = nearest;
  }
  return classes;
}

function nearestOf(palette: NonNullable<LabelSettings['palette']>, r: number, g: number, b: number): number {
  const distances = palette.map(
    (colour) => (colour[0] - r) ** 2 + (colour[1] - g) ** 2 + (colour[2] - b) ** 2,
  );
  return distances.indexOf(Math.min(...distances));
}
