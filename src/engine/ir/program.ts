import type { State } from './state.js';
import type { HostStep, Value } from './value.js';

/** The distribution of an input of noise: uniform in 0 ... 1, or N(0, 1). */
export type NoiseKind = 'uniform' | 'normal';

/** One training step or one forward pass: a pure function of its inputs and states, with states updated at the end. */
export interface Program {
  readonly inputs: ReadonlyMap<string, Value>;
  readonly outputs: ReadonlyMap<string, Value>;
  /** States that ordinary ops give a new value, stored when the program ends. */
  readonly writes: ReadonlyMap<State, Value>;
  /** Counters, and by how much one run of the program moves them. */
  readonly counts: ReadonlyMap<State, number>;
  /** Inputs that are dropout masks, which the caller draws for every run, and the probability of a zero. */
  readonly dropoutMasks: ReadonlyMap<string, number>;
  /** Inputs of random numbers, likewise. */
  readonly noises: ReadonlyMap<string, NoiseKind>;
  /** In the order in which they run. */
  readonly hostSteps: readonly HostStep[];
}

/** The program that computes these and changes no states. */
export function computing(outputs: ReadonlyMap<string, Value>): Program {
  const inputs = reachable(outputs.values()).flatMap((value): [string, Value][] =>
    value.source.kind === 'input' ? [[value.source.name, value]] : [],
  );
  const none = new Map<never, never>();
  return {
    ...{ inputs: new Map(inputs), outputs, hostSteps: [] },
    ...{ writes: none, counts: none, dropoutMasks: none, noises: none },
  };
}

/** Whether it is to be computed in mixed precision: as a training step is whose loss is scaled for it. */
export function isMixed({ hostSteps }: Program): boolean {
  return hostSteps.some(({ lossScale }) => lossScale !== undefined);
}

/** The same program, which leaves all states as they are. Throws if it has host steps, which exist to change them. */
export function withoutUpdates(program: Program): Program {
  if (program.hostSteps.length > 0)
    throw new Error('the program trains: it cannot leave the states as they are');
  return { ...program, writes: new Map(), counts: new Map() };
}

/** Every value that a program reads or computes, operands before users. */
export function valuesOf({ outputs, writes, hostSteps }: Program): Value[] {
  return reachable([...outputs.values(), ...writes.values(), ...hostSteps.flatMap(({ inputs }) => inputs)]);
}

/** Every value that `roots` depend on, operands before users. `stop` ends the walk at values that are known already. */
export function reachable(roots: Iterable<Value>, stop: (value: Value) => boolean = () => false): Value[] {
  const seen = new Set<Value>();
  const pending = [...roots];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (seen.has(value) || stop(value)) continue;
    seen.add(value);
    pending.push(...value.operands);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}
