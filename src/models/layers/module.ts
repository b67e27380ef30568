import type { State } from '../../engine/ir/state.js';
import type { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';

/** A layer or network: plain data plus one call. The same module may be called several times in one trace. */
export interface Module {
  /** All states of it and of its parts, in the order of PyTorch's state dict. */
  readonly states: readonly State[];
  /** Printed when the network is set up. */
  readonly note?: string;
  /** Adds the module's computation on `x` to the trace. */
  apply(trace: Trace, x: Value): Value;
}

/** A module without states. */
export function stateless(apply: (x: Value) => Value): Module {
  return { states: [], apply: (_, x) => apply(x) };
}

/** The states that an optimiser trains. */
export function parametersOf({ states }: Pick<Module, 'states'>): State[] {
  return states.filter(({ role }) => role === 'parameter');
}

/** How many numbers an optimiser trains. */
export function parameterCount(module: Pick<Module, 'states'>): number {
  return parametersOf(module).reduce(
    (total, { type }) => total + type.shape.reduce((product, extent) => product * extent, 1),
    0,
  );
}
