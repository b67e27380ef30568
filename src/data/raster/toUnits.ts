import type { FloatImages } from '../batch/floatImages.js';
import { classColours } from '../batch/palette.js';
import { classesOf, NO_CLASS } from '../batch/shownImage.js';
import type { SideFormat } from '../batch/sideFormat.js';
import { type NumberArray, type Raster, rangeOfType } from './raster.js';

/** Of how many bits the numbers of a result are. */
export type NumberDepth = 8 | 16 | 'float';

/** Results as the numbers that they stand for, in the units of the training's images. */
export interface UnitOptions {
  readonly format: SideFormat;
  /** The numbers of the input, whose type says what the range is where none was measured. */
  readonly input: Pick<Raster, 'data' | 'bits'>;
  /** Colours of classes: see `--label_palette`. */
  readonly palette?: string;
  /** Of how many bits they are to be. */
  readonly depth: NumberDepth;
  /** Whether they are only to be looked at, as in a JPEG. */
  readonly isShown?: boolean;
}

/**
 * A translation, -1 ... 1, as numbers in units: those of classes, or of the range that was -1 ... 1 in training, rounded
 * where the depth asks for integers. Unsigned ones where the range has no negative numbers. Those that are only shown, and of a
 * range that 8 bits do not hold, are a picture: 0 is its least number and 255 its greatest.
 *
 * @throws RangeError of a range that 16 bits do not hold
 */
export function toUnits(
  { data, shape }: FloatImages,
  { format, input, palette, depth, isShown = false }: UnitOptions,
): Raster {
  const [, channels, height, width] = shape;
  if (format.kind === 'labels') {
    const none = format.ignored ?? NO_CLASS;
    const classes = classesOf({ data, shape }).map((label) => (label === NO_CLASS ? none : label));
    return { data: classes, width, height, channels: 1, palette: classColours(palette ?? '') };
  }
  const ofInput = (depth === 8 ? undefined : rangeOfType(input)) ?? [0, 0xff];
  const known = (format.kind === 'values' ? format.range : undefined) ?? [ofInput];
  const lowest = Math.min(...known.map(([low]) => low));
  const highest = Math.max(...known.map(([, high]) => high));
  const isPicture = depth === 8 && (isShown || lowest < 0 || highest > 0xff);
  const numbers = arrayFor(depth, lowest, highest, data.length);
  const area = width * height;
  for (let c = 0; c < channels; c++) {
    const [low, high] = isPicture ? [0, 0xff] : known[known.length === 1 ? 0 : c];
    for (let i = 0; i < area; i++) {
      const unit = low + ((limited(data[c * area + i]) + 1) / 2) * (high - low);
      numbers[i * channels + c] = depth === 'float' ? unit : Math.round(unit);
    }
  }
  return { data: numbers, width, height, channels };
}

function arrayFor(depth: NumberDepth, lowest: number, highest: number, length: number): NumberArray {
  if (depth === 'float') return new Float32Array(length);
  if (depth === 8) return new Uint8Array(length);
  if (lowest >= 0 && highest <= 0xffff) return new Uint16Array(length);
  if (lowest >= -0x8000 && highest <= 0x7fff) return new Int16Array(length);
  throw new RangeError(`${lowest} to ${highest}`);
}

const limited = (value: number) => Math.max(-1, Math.min(1, value));
