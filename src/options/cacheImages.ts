import { parseMemorySize } from './memorySize.js';

/**
 * A value of `--cache_images`: 'auto'; or bytes, 0 for 'off'. A number without a unit counts gigabytes. Undefined if it is
 * none.
 */
export function parseCacheImages(text: string): 'auto' | number | undefined {
  const value = text.trim().toLowerCase();
  if (value === 'auto') return 'auto';
  if (value === 'off' || /^0+$/.test(value)) return 0;
  return parseMemorySize(/^[\d.]+$/.test(value) ? `${value}GB` : value);
}

/** The problem with a `--cache_images`, or undefined when there is none. */
export function cacheImagesFault(text: string): string | undefined {
  return parseCacheImages(text) === undefined
    ? 'it is neither auto nor off nor a size such as 4GB'
    : undefined;
}
