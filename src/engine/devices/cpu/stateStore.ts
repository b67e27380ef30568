import type { State } from '../../ir/state.js';
import { elementCount } from '../../ir/tensorType.js';
import { requireFitting, type StateData } from '../../runtime/device.js';

/** Elements between neighbours in an arena, so that every tensor starts on a cache line of its own. */
const ALIGNMENT = 16;

/** Where a state lies in its arena, in elements. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Several states side by side in one array. */
export interface Arena {
  /** Elements of the array. */
  readonly length: number;
  readonly extents: ReadonlyMap<State, Extent>;
}

/** Lays states out in one array, in their order. */
export function layOut(states: readonly State[]): Arena {
  const extents = new Map<State, Extent>();
  let end = 0;
  for (const state of states) {
    const length = elementCount(state.type.shape);
    extents.set(state, { offset: end, length });
    end += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
  }
  return { length: end, extents };
}

/** The memory of the states of a device. */
export class StateStore {
  private readonly arrays = new Map<State, StateData>();

  /** Gives states memory: the f32 ones side by side in one array. */
  allocate(states: readonly State[]): void {
    const { length, extents } = layOut(states.filter(({ type }) => type.dtype === 'f32'));
    const floats = new Float32Array(length);
    for (const [state, { offset, length }] of extents) {
      this.adopt(state, floats.subarray(offset, offset + length));
    }
    for (const state of states) if (state.type.dtype === 'i64') this.arrays.set(state, new BigInt64Array(1));
  }

  /** Takes memory of someone else's for an f32 state, such as an optimiser's. */
  adopt(state: State, memory: Float32Array): void {
    this.arrays.set(state, memory);
  }

  has(state: State): boolean {
    return this.arrays.has(state);
  }

  /** Forgets states; their memory goes with the last of those that share an array. */
  free(states: Iterable<State>): void {
    for (const state of states) this.arrays.delete(state);
  }

  /** The state's own memory, of either kind. */
  get(state: State): StateData {
    return state.type.dtype === 'i64' ? this.counter(state) : this.floats(state);
  }

  /** Copies numbers into a state. @throws Error when they are of another kind or size */
  set(state: State, data: StateData): void {
    requireFitting(state, data);
    (this.get(state) as Float32Array).set(data as Float32Array);
  }

  clear(): void {
    this.arrays.clear();
  }

  /** The state's own memory: writing to it is changing the state. */
  floats(state: State): Float32Array {
    const array = this.arrays.get(state);
    if (!(array instanceof Float32Array)) throw new Error(`${state.name} is no allocated f32 state`);
    return array;
  }

  counter(state: State): BigInt64Array {
    const array = this.arrays.get(state);
    if (!(array instanceof BigInt64Array)) throw new Error(`${state.name} is no allocated counter`);
    return array;
  }
}
