import type { SideFormat } from '../batch/sideFormat.js';
import type { NumberDepth } from './toUnits.js';

/** What holds the numbers of a range in a format without loss, as far as the format can. */
export function usualDepth(format: string, output: SideFormat): NumberDepth {
  if (format === 'jpg' || format === 'webp') return 8;
  if (output.kind !== 'values' || output.range === undefined) return 8;
  if (format !== 'png') return 'float';
  return output.range.every(([low, high]) => low >= 0 && high <= 0xff) ? 8 : 16;
}
