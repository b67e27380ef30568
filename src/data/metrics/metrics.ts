import type { ImageMetrics } from './imageMetrics.js';

/** How a metric is shown, and which of two values is the better one. */
export interface MetricFacts {
  readonly better: 'lower' | 'higher';
  /** After the point, where it is shown. */
  readonly digits: number;
  readonly unit?: string;
  /** Images of fewer pixels a side have none. */
  readonly leastSide?: number;
  /** What it needs besides an image and its target. */
  readonly needs?: 'features' | 'labels';
}

/** All that is measured, by the names under which it is logged and asked for. */
export const METRICS = {
  L1: { better: 'lower', digits: 4 },
  PSNR: { better: 'higher', digits: 2, unit: 'dB' },
  SSIM: { better: 'higher', digits: 4, leastSide: 11 },
  'MS-SSIM': { better: 'higher', digits: 4, leastSide: 176 },
  LPIPS: { better: 'lower', digits: 4, needs: 'features' },
  FID: { better: 'lower', digits: 2, needs: 'features' },
  KID: { better: 'lower', digits: 5, needs: 'features' },
  precision: { better: 'higher', digits: 3, needs: 'features' },
  recall: { better: 'higher', digits: 3, needs: 'features' },
  accuracy: { better: 'higher', digits: 4, needs: 'labels' },
  mIoU: { better: 'higher', digits: 4, needs: 'labels' },
} as const satisfies Readonly<Record<string, MetricFacts>>;

/** One of `METRICS`. */
export type MetricName = keyof typeof METRICS;

/** All of `METRICS`, in the order in which they are shown. */
export const METRIC_NAMES = Object.keys(METRICS) as readonly MetricName[];

/** What has been measured; what is not defined, such as SSIM of a tiny image, is left out. */
export type Measures = Readonly<Partial<Record<MetricName, number>>>;

/** The metrics of an image, or their means, by name. */
export function measuresOf({ l1, psnr, ssim, msSsim }: ImageMetrics): Measures {
  return known({ L1: l1, PSNR: psnr, SSIM: ssim, 'MS-SSIM': msSsim });
}

/** Those that are numbers. */
export function known(measures: Measures): Measures {
  return Object.fromEntries(Object.entries(measures).filter(([, value]) => !Number.isNaN(value)));
}

/** Whether a value is better than another one of the same metric; nothing is better than what is not defined. */
export function isBetter(metric: MetricName, value: number | undefined, than: number | undefined): boolean {
  if (value === undefined || Number.isNaN(value)) return false;
  if (than === undefined) return true;
  return METRICS[metric].better === 'lower' ? value < than : value > than;
}

/** A value as it is shown, without the metric's name: `23.10 dB`. */
export function showMeasure(metric: MetricName, value: number | undefined): string {
  const { digits, unit }: MetricFacts = METRICS[metric];
  if (value === undefined) return '–';
  const shown = value === Number.POSITIVE_INFINITY ? '∞' : value.toFixed(digits);
  return unit === undefined ? shown : `${shown} ${unit}`;
}

/** All that was measured, in order: `L1 0.1034  PSNR 15.20 dB  SSIM 0.4031`. */
export function inWords(measures: Measures): string {
  const measured = METRIC_NAMES.filter((name) => measures[name] !== undefined);
  return measured.map((name) => `${name} ${showMeasure(name, measures[name])}`).join('  ');
}
