import { recompute } from '../autodiff/recompute.js';
import { type Program, reachable } from '../ir/program.js';
import { cutProgram, type Segment } from '../ir/segments.js';
import type { State } from '../ir/state.js';
import { elementCount } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import type { MemoryStrategy } from './memoryModel.js';

/** Of a parameter, its gradient and two moments. */
export const PARAMETER_BYTES = 16;

/** The bytes of a program's values, whatever a device adds to them. */
export interface Footprint {
  /** Parameters with their gradients and two moments; statistics. */
  readonly states: number;
  /** Inputs, and values that segments leave for later ones and for the caller, gradients aside. */
  readonly kept: number;
  /** Other values that are alive at once, summed over the segments. */
  readonly alive: number;
}

/** The program that runs by a strategy. */
export function inStrategy(program: Program, { recomputes }: Pick<MemoryStrategy, 'recomputes'>): Program {
  return recomputes ? recompute(program) : program;
}

/**
 * The memory that a program's values take: nothing is allocated to find out.
 * @param parameterBytes of each parameter, where a device keeps more of it
 */
export function footprintOf(program: Program, parameterBytes = PARAMETER_BYTES): Footprint {
  const gradients = new Set(program.hostSteps.flatMap(({ inputs }) => inputs));
  const segments = cutProgram(program).flatMap(({ segment }) => segment ?? []);
  const left = new Set(segments.flatMap(({ outputs }) => outputs.filter((value) => !gradients.has(value))));
  return {
    states: stateBytes(program, parameterBytes),
    kept: sumBytes([...program.inputs.values(), ...left]),
    alive: segments.reduce((sum, segment) => sum + peakAlive(segment), 0),
  };
}

function stateBytes(program: Program, parameterBytes: number): number {
  const trained = new Set(program.hostSteps.flatMap(({ states }) => states));
  const read = reachable([...program.outputs.values(), ...program.writes.values()]).flatMap(({ source }) =>
    source.kind === 'state' ? [source.state] : [],
  );
  const others = [...new Set([...read, ...program.writes.keys()])].filter((state) => !trained.has(state));
  const numbers = (states: Iterable<State>) =>
    [...states].reduce((sum, { type }) => sum + elementCount(type.shape), 0);
  return parameterBytes * numbers(trained) + 4 * numbers(others);
}

/** The most bytes of a segment's values that are alive at once, in the order in which the runtime computes them. */
function peakAlive(segment: Segment): number {
  const outputs = new Set(segment.outputs);
  const own = (value: Value) => value.source.kind === 'op' && !outputs.has(value) && !value.isView;
  const order = depthFirst(segment);
  const lastUse = new Map<Value, number>();
  order.forEach((value, time) => {
    for (const operand of value.operands) lastUse.set(viewed(operand, outputs), time);
  });
  const ending = new Map<number, Value[]>();
  for (const [value, time] of lastUse) ending.set(time, [...(ending.get(time) ?? []), value]);
  const inside = new Set(order);
  let [alive, peak] = [0, 0];
  order.forEach((value, time) => {
    if (own(value) && lastUse.has(value)) alive += sumBytes([value]);
    peak = Math.max(peak, alive);
    for (const ended of ending.get(time) ?? [])
      if (inside.has(ended) && own(ended)) alive -= sumBytes([ended]);
  });
  return peak;
}

/** Values in the order in which they are computed: depth first from those that nobody reads, as in `lowerGraph`. */
function depthFirst({ body }: Segment): Value[] {
  const inside = new Set(body);
  const read = new Set(body.flatMap((value) => value.operands));
  const order = new Set<Value>();
  const visit = (value: Value): void => {
    if (order.has(value) || !inside.has(value)) return;
    for (const operand of value.operands) visit(operand);
    order.add(value);
  };
  for (const value of body) if (!read.has(value)) visit(value);
  return [...order];
}

/** The value whose memory this one is. */
function viewed(value: Value, outputs: ReadonlySet<Value>): Value {
  return value.isView && !outputs.has(value) ? viewed(value.operands[0], outputs) : value;
}

function sumBytes(values: readonly Value[]): number {
  return values.reduce((sum, { type }) => sum + elementCount(type.shape) * (type.dtype === 'u8' ? 1 : 4), 0);
}
