import { type Program, valuesOf } from '../ir/program.js';
import { elementCount } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { multiplyAdds } from '../ops/multiplyAdds.js';

/** Bytes that ops between convolutions move for each byte of their results: they read, and have temporaries. */
const MOVED_PER_BYTE = 4;
/** Adam reads parameter, gradient and two moments, and writes all but the gradient. */
const MOVED_BY_ADAM = 7 * 4;
/** More than any cache holds. */
const COPIED_BYTES = 1 << 26;

/** Milliseconds of a step, and of its parts. */
export interface StepTime {
  readonly convolutions: number;
  readonly others: number;
  readonly optimisers: number;
  readonly total: number;
}

/** Who is told while a prediction times layers. */
export interface PredictOptions {
  /** As in `CompileOptions`. */
  readonly onTuning?: (layers: number) => void;
  readonly progress?: (done: number, total: number) => void;
}

/** The rates of a machine. */
export interface Rates {
  /** Milliseconds of a value's layer, by the algorithm that the step will use. */
  timeLayer(value: Value): Promise<number>;
  /** Bytes a millisecond that memory moves, each byte counted as read and as written. */
  copyRate(): number;
}

/**
 * Predicts how long a training step takes: every kind of convolution in it is timed alone, and all other work is
 * taken to go at the speed at which memory is copied. Needs the memory of the largest layer, and a second or two at
 * the defaults.
 */
export async function predictStepTime(
  program: Program,
  { timeLayer, copyRate }: Rates,
  progress: (done: number, total: number) => void = () => {},
): Promise<StepTime> {
  const values = valuesOf(program);
  const layers = new Map<string, Value[]>();
  for (const value of values) {
    if (multiplyAdds(value) > 0) layers.set(kindOf(value), [...(layers.get(kindOf(value)) ?? []), value]);
  }
  let convolutions = 0;
  let done = 0;
  for (const alike of layers.values()) {
    convolutions += alike.length * (await timeLayer(alike[0]));
    progress(++done, layers.size);
  }
  const rate = copyRate();
  const written = values
    .filter((value) => value.source.kind === 'op' && multiplyAdds(value) === 0 && !value.isView)
    .reduce((sum, { shape }) => sum + 4 * elementCount(shape), 0);
  const parameters = program.hostSteps
    .flatMap(({ states }) => states)
    .reduce((sum, { type }) => sum + elementCount(type.shape), 0);
  const others = (written * MOVED_PER_BYTE) / rate;
  const optimisers = (parameters * MOVED_BY_ADAM) / rate;
  return { convolutions, others, optimisers, total: convolutions + others + optimisers };
}

function kindOf({ source }: Value): string {
  if (source.kind !== 'op') return '';
  return JSON.stringify([source.op.name, source.inputs.map(({ shape }) => shape), source.attributes]);
}

/** `Rates.copyRate` of this machine as it is now. */
export function copyRate(): number {
  const from = new Uint8Array(COPIED_BYTES).fill(1);
  const to = new Uint8Array(COPIED_BYTES).fill(2); // pages of its own before the clock starts
  let fastest = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const started = performance.now();
    to.set(from);
    fastest = Math.min(fastest, performance.now() - started);
  }
  return (2 * COPIED_BYTES) / fastest;
}
