import type { Layer } from '../ir/layer.js';

/** Milliseconds that a layer takes, by the name of the algorithm. */
export type AlgorithmTimes = Readonly<Record<string, number>>;

/** Times of layers on one device, by `keyOf`. */
export type LayerTimes = Readonly<Record<string, AlgorithmTimes>>;

/** The same for two layers just where they take the same time: equal op, shapes, attributes and algorithms. */
export function keyOf({ op, operands, attributes, algorithms }: Layer): string {
  const shapes = operands.map((shape) => shape.join('×')).join(' ');
  return `${op} ${shapes} ${JSON.stringify(attributes)}: ${algorithms.join(' ')}`;
}

/** The fastest of a layer's algorithms, or undefined where none of them was timed. */
export function fastestOf(
  { algorithms }: Pick<Layer, 'algorithms'>,
  times: AlgorithmTimes = {},
): string | undefined {
  const timed = algorithms.filter((name) => times[name] !== undefined);
  return timed.length === 0 ? undefined : timed.reduce((a, b) => (times[b] < times[a] ? b : a));
}

/** The times among entries that anyone may have written; all others are left out. */
export function timesAmong(entries: Readonly<Record<string, unknown>>): LayerTimes {
  return Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, AlgorithmTimes] => isTimes(entry[1])),
  );
}

function isTimes(json: unknown): json is AlgorithmTimes {
  const isTime = (x: unknown) => typeof x === 'number' && x >= 0;
  const isRecord = typeof json === 'object' && json !== null && !Array.isArray(json);
  return isRecord && Object.values(json).every(isTime);
}
