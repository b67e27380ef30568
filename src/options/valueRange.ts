/** The numbers that networks see as -1 and 1: one pair for all channels of a side, or one for each in turn. */
export type ValueRange = readonly (readonly [low: number, high: number])[];

/** The value that stands for what the training set holds. */
export const AUTO = 'auto';

/** A range as `--value_range` takes it: `0,4095`; undefined for `auto`, and where nothing was given. */
export function parseValueRange(text: string): ValueRange | undefined {
  if (text === '' || text === AUTO) return undefined;
  const numbers = text.split(',').map(Number);
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
}

/** The opposite of `parseValueRange`. */
export function valueRangeText(range: ValueRange): string {
  return range.flat().join(',');
}

/** What is wrong with a range, or nothing. */
export function valueRangeFault(text: string): string | undefined {
  if (text === '' || text === AUTO) return undefined;
  const parts = text.split(',');
  const numbers = parts.map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (parts.length % 2 !== 0 || !numbers.every(Number.isFinite))
    return 'is LOW,HIGH, or so many pairs in turn as there are channels, or auto';
  const empty = numbers.findIndex((low, i) => i % 2 === 0 && low >= numbers[i + 1]);
  return empty < 0
    ? undefined
    : `goes from ${numbers[empty]} to ${numbers[empty + 1]}, which would make every image black or white`;
}
