import type { Layer } from '../ir/layer.js';

/** Milliseconds that a layer takes, by the name of the algorithm. */
export type AlgorithmTimes = Readonly<Record<string, number>>;

/** Times of layers on one device, by `keyOf`. */
export type LayerTimes = Readonly<Record<string, AlgorithmTimes>>;

/** Times by the fingerprint of the device on which they were taken. */
export type DeviceTimes = Readonly<Record<string, LayerTimes>>;

/** The same for two layers just where they take the same time: equal op, shapes, attributes and algorithms. */
export function keyOf({ op, operands, attributes, algorithms }: Layer): string {
  const shapes = operands.map((shape) => shape.join('×')).join(' ');
  return `${op} ${shapes} ${JSON.stringify(attributes)}: ${algorithms.join(' ')}`;
}

/** The fastest of a layer's algorithms, or undefined where none of them was timed. */
export function fastestOf({ algorithms }: Layer, times: AlgorithmTimes = {}): string | undefined {
  const timed = algorithms.filter((name) => times[name] !== undefined);
  return timed.length === 0 ? undefined : timed.reduce((a, b) => (times[b] < times[a] ? b : a));
}

/** Times as JSON. */
export function formatTimes(times: DeviceTimes): string {
  return `${JSON.stringify(times, null, 1)}\n`;
}

/** The times in a text that `formatTimes` made; of any other text, and of none, no times. */
export function parseTimes(text: string | undefined): DeviceTimes {
  try {
    const times: unknown = JSON.parse(text ?? '');
    return isDeviceTimes(times) ? times : {};
  } catch {
    return {};
  }
}

function isDeviceTimes(json: unknown): json is DeviceTimes {
  const isRecord = (x: unknown): x is Record<string, unknown> =>
    typeof x === 'object' && x !== null && !Array.isArray(x);
  const every = (x: unknown, holds: (y: unknown) => boolean) => isRecord(x) && Object.values(x).every(holds);
  const isTime = (x: unknown) => typeof x === 'number' && x >= 0;
  return every(json, (layers) => every(layers, (times) => every(times, isTime)));
}
