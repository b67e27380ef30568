import { formatDuration } from '../../../src/base/duration.js';
import { formatCount, formatNumber } from '../app/format.js';
import type { XAxis } from './chartSettings.js';

/** A place on the horizontal axis, short: `12k`, `3 h`. */
export function formatX(axis: XAxis, x: number): string {
  if (axis === 'relative') return x === 0 ? '0' : formatDuration(x);
  if (axis === 'wall') return new Date(x * 1000).toLocaleString();
  if (Math.abs(x) >= 1e6) return `${Number((x / 1e6).toPrecision(4))}M`;
  return Math.abs(x) >= 1e4 ? `${Number((x / 1e3).toPrecision(4))}k` : Number(x.toPrecision(6)).toString();
}

/** The same, with its unit and in full: `step 12,345`, `epoch 3.5`. */
export function describeX(axis: XAxis, x: number): string {
  switch (axis) {
    case 'step':
      return `step ${formatCount(Math.round(x))}`;
    case 'epoch':
      return `epoch ${x.toFixed(2)}`;
    case 'relative':
      return formatDuration(x);
    case 'wall':
      return new Date(x * 1000).toLocaleString();
  }
}

/** A value beside the vertical axis. */
export function formatY(y: number): string {
  if (Math.abs(y) >= 1e9) return `${Number((y / 1e9).toPrecision(3))}G`;
  if (Math.abs(y) >= 1e6) return `${Number((y / 1e6).toPrecision(3))}M`;
  return formatNumber(Number(y.toPrecision(6)));
}
