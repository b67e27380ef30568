import type { SideFormat } from '../batch/sideFormat.js';
import type { OnNote } from '../decode/decodeNote.js';
import { brief } from './brief.js';
import type { NumberDepth } from './toUnits.js';

/** Of formats that hold pictures alone, not numbers. */
export const isLossy = (format: string): boolean => format === 'jpg' || format === 'webp';

/** A range of fewer whole numbers is likely to be about fractions. */
const FEW = 16;

/** Tells of results that lose their fractions in integers, where little else is in them. */
export function noteRounding(output: SideFormat, depth: NumberDepth, onNote: OnNote): void {
  const rounding = roundingOf(output, depth);
  if (rounding === undefined) return;
  const text = `${rounding}; tiff and npy keep fractions, where --depth does not say otherwise`;
  onNote({ kind: 'rounding', text });
}

/** The same as words; undefined where there is nothing to tell. */
export function roundingOf(output: SideFormat, depth: NumberDepth): string | undefined {
  if (depth === 'float' || output.kind !== 'values') return undefined;
  const few = output.range?.find(([low, high]) => wholeNumbers(low, high) < FEW);
  if (few === undefined) return undefined;
  const [low, high] = few;
  return `the result is rounded to whole numbers, of which ${brief(low)} to ${brief(high)} has ${wholeNumbers(low, high)}`;
}

const wholeNumbers = (low: number, high: number) => Math.round(high) - Math.round(low) + 1;

/** What holds the numbers of a range in a format without loss, as far as the format can. */
export function usualDepth(format: string, output: SideFormat): NumberDepth {
  if (isLossy(format)) return 8;
  if (output.kind !== 'values' || output.range === undefined) return 8;
  if (format !== 'png') return 'float';
  return output.range.every(([low, high]) => low >= 0 && high <= 0xff) ? 8 : 16;
}
