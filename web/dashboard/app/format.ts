import { formatDuration } from '../../../src/base/duration.js';

/** A value as a person reads it: counts in full, others with four digits that count, exponents only where they are shorter. NaN where it is null. */
export function formatNumber(value: number | null | undefined): string {
  if (value === undefined) return '';
  if (value === null) return 'NaN';
  if (Number.isSafeInteger(value)) return (value || 0).toString(); // never -0
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6)
    return value
      .toExponential(2)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  return Number(value.toPrecision(4)).toString();
}

/** `1,204,000` */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** `5 min ago`, for times in milliseconds since 1970. */
export function formatAge(time: number, now: number): string {
  const seconds = Math.max(0, (now - time) / 1000);
  if (seconds < 10) return 'now';
  if (seconds < 3600) return `${formatDuration(seconds)} ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return seconds < 30 * 86_400
    ? `${Math.floor(seconds / 86_400)} d ago`
    : new Date(time).toISOString().slice(0, 10);
}
