import { recompute } from '../autodiff/recompute.js';
import { type Program, reachable } from '../ir/program.js';
import { elementCount } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { cutProgram, type Segment } from './segments.js';

/** How a training step uses memory. */
export interface MemoryStrategy {
  readonly name: 'fast' | 'returning' | 'recomputing';
  /** As in `SessionOptions`. */
  readonly keepsMemory: boolean;
  readonly recomputes: boolean;
  /** A message to the person who trains. */
  readonly note?: string;
}

/** From the fastest to the one that needs least memory. */
export const MEMORY_STRATEGIES: readonly MemoryStrategy[] = [
  { name: 'fast', keepsMemory: true, recomputes: false },
  {
    ...{ name: 'returning', keepsMemory: false, recomputes: false },
    note: 'to stay within memory, steps give it back at once, which takes some time',
  },
  {
    ...{ name: 'recomputing', keepsMemory: false, recomputes: true },
    note: 'to stay within memory, steps give it back at once and compute activations twice, which takes some time',
  },
];

/** Bytes of resident memory that a training needs. */
export interface MemoryNeeds {
  /** Node, the runtime's code, data loading. */
  readonly process: number;
  /** Parameters, gradients and two moments; statistics. */
  readonly states: number;
  /** Values that one segment of a step leaves for a later one, inputs and results. */
  readonly kept: number;
  /** All other values of a step, and temporaries. */
  readonly working: number;
  readonly total: number;
}

/*
 * Measured on Linux with onnxruntime-node 1.30: `npm run bench:growth` compares predictions with what steps take.
 * The runtime's temporaries are a multiple of the values that are alive at once, because ops have temporaries of their
 * own and memory that is kept in pieces cannot serve every size.
 */
export const PROCESS_BYTES = 160e6;
const WORKING = {
  kept: { fixed: 60e6, factor: 4.3 },
  returned: { fixed: 130e6, factor: 2.5 },
} as const;

/** The program that runs by a strategy. */
export function inStrategy(program: Program, { recomputes }: MemoryStrategy): Program {
  return recomputes ? recompute(program) : program;
}

/** Predicts the memory that training takes at its peak, from the program of a step alone: nothing is allocated. */
export function predictMemory(program: Program, strategy: MemoryStrategy): MemoryNeeds {
  const rewritten = inStrategy(program, strategy);
  const gradients = new Set(rewritten.hostSteps.flatMap(({ inputs }) => inputs));
  const segments = cutProgram(rewritten).flatMap(({ segment }) => segment ?? []);
  const left = new Set(segments.flatMap(({ outputs }) => outputs.filter((value) => !gradients.has(value))));
  const kept = sumBytes([...rewritten.inputs.values(), ...left]);
  const alive = segments.reduce((sum, segment) => sum + peakAlive(segment), 0);
  const { fixed, factor } = strategy.keepsMemory ? WORKING.kept : WORKING.returned;
  const states = stateBytes(rewritten);
  const working = fixed + factor * alive;
  return { process: PROCESS_BYTES, states, kept, working, total: PROCESS_BYTES + states + kept + working };
}

/** Bytes that a compiled program takes besides the states. */
export function programBytes(program: Program, strategy: MemoryStrategy): number {
  const { kept, working } = predictMemory(program, strategy);
  return kept + working;
}

/** A parameter comes with its gradient and two moments. */
function stateBytes(program: Program): number {
  const trained = new Set(program.hostSteps.flatMap(({ states }) => states));
  const read = reachable([...program.outputs.values(), ...program.writes.values()]).flatMap(({ source }) =>
    source.kind === 'state' ? [source.state] : [],
  );
  const others = [...new Set([...read, ...program.writes.keys()])].filter((state) => !trained.has(state));
  const bytes = (states: Iterable<{ readonly type: Value['type'] }>) =>
    [...states].reduce((sum, { type }) => sum + 4 * elementCount(type.shape), 0);
  return 4 * bytes(trained) + bytes(others);
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
