import { brief } from '../raster/brief.js';

/**
 * Something about a file that its pixels as they are seen do not show: it can be used, and is perhaps not what was
 * meant.
 */
export interface DecodeNote {
  /** The same for all files of which the same is to be said. */
  readonly kind: 'range' | 'bands' | 'pages' | 'sizes' | 'rounding' | 'memory';
  /** The property of the file, and how it is treated: `it has 3 pages, of which the first is seen`. */
  readonly text: string;
}

export type OnNote = (note: DecodeNote) => void;

export type OnFileNote = (file: string, note: DecodeNote) => void;

/** Values of more than 8 bits that stay below this share of their range are likely to have another one, as 12 bits. */
const SHARE_USED = 1 / 4;

/**
 * Tells of values that leave most of their range unused, so that the image is seen nearly black.
 *
 * @param values of all colours, 0 ... `most`
 */
export function noteRange(values: Uint16Array, most: number, onNote: OnNote): void {
  let brightest = 0;
  for (const value of values) if (value > brightest) brightest = value;
  if (brightest === 0 || brightest >= most * SHARE_USED) return;
  const percent = ((100 * brightest) / most).toPrecision(2);
  onNote({
    kind: 'range',
    text: `its values go up to ${brightest} of ${most}, so it is seen at ${percent} % of full brightness; --value_range auto takes them as they are, or scale them to the whole range`,
  });
}

/** Tells of numbers that all lie on one side of the range that networks see, so that nothing of them is left. */
export function noteOutside(
  [least, most]: readonly [number, number],
  [low, high]: readonly [number, number],
  onNote: OnNote,
): void {
  if (least > most || (most >= low && least <= high)) return;
  onNote({
    kind: 'range',
    text: `its numbers reach from ${brief(least)} to ${brief(most)}, and ${brief(low)} is seen as black and ${brief(high)} as white, so that all is ${most < low ? 'black' : 'white'}; give the range of these images (--value_range, --output_range)`,
  });
}

/**
 * Tells of the first file of each kind of note alone: a data set is of one make, and what holds for one of its files
 * holds for many.
 */
export function oncePerKind(tell: (text: string) => void): OnFileNote {
  const told = new Set<string>();
  return (file, { kind, text }) => {
    if (told.has(kind)) return;
    told.add(kind);
    tell(`${file}: ${text} (others like it are not named)`);
  };
}
