import type { State } from '../../ir/state.js';
import { elementCount } from '../../ir/tensorType.js';
import { requireFitting, type StateData } from '../../runtime/device.js';

/** The memory of states: floats of 64 bits, and counters. */
export class InterpretedStates {
  private readonly numbers = new Map<State, Float64Array>();
  private readonly counters = new Map<State, bigint>();

  /** Gives states memory, zero at first; those that have some keep it. */
  allocate(states: readonly State[]): void {
    for (const state of states) {
      if (this.numbers.has(state) || this.counters.has(state)) continue;
      if (state.type.dtype === 'i64') this.counters.set(state, 0n);
      else this.adopt(state, new Float64Array(elementCount(state.type.shape)));
    }
  }

  /** Takes memory of someone else's for a state, such as an optimiser's. */
  adopt(state: State, memory: Float64Array): void {
    this.numbers.set(state, memory);
  }

  free(states: Iterable<State>): void {
    for (const state of states) {
      this.numbers.delete(state);
      this.counters.delete(state);
    }
  }

  clear(): void {
    this.numbers.clear();
    this.counters.clear();
  }

  /** A state's own memory. Throws Error when it has none. */
  of(state: State): Float64Array {
    const memory = this.numbers.get(state);
    if (memory === undefined) throw new Error(`${state.name} is no allocated state of floats`);
    return memory;
  }

  count(counter: State, amount: number): void {
    this.counters.set(counter, this.counter(counter) + BigInt(amount));
  }

  /** A copy, rounded to 32 bits. Throws Error when the state has no memory. */
  get(state: State): StateData {
    if (state.type.dtype === 'i64') return BigInt64Array.of(this.counter(state));
    return Float32Array.from(this.of(state));
  }

  /** Throws Error when the data is of another kind or size, or the state has no memory. */
  set(state: State, data: StateData): void {
    requireFitting(state, data);
    if (data instanceof BigInt64Array) {
      this.counter(state);
      this.counters.set(state, data[0]);
    } else this.of(state).set(data);
  }

  private counter(state: State): bigint {
    const value = this.counters.get(state);
    if (value === undefined) throw new Error(`${state.name} is no allocated counter`);
    return value;
  }
}
