import type { State } from '../ir/state.js';
import { elementCount } from '../ir/tensorType.js';

/** Elements between neighbours in an arena, so that every tensor starts on a cache line of its own. */
const ALIGNMENT = 16;

/** Where a state lies in its arena, in elements. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** One contiguous array that holds several states, so that an optimiser can walk over all of them at once. */
export interface Arena {
  readonly data: Float32Array;
  readonly extents: ReadonlyMap<State, Extent>;
}

/** Lays states out in one array whose length is a multiple of `granularity`. */
export function layOut(states: readonly State[], granularity = ALIGNMENT): Arena {
  const extents = new Map<State, Extent>();
  let end = 0;
  for (const state of states) {
    const length = elementCount(state.type.shape);
    extents.set(state, { offset: end, length });
    end += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
  }
  return { data: new Float32Array(Math.ceil(end / granularity) * granularity), extents };
}

/** The memory of all states: f32 states in arenas, counters one by one. Checkpoints are taken from here. */
export class StateStore {
  private readonly arrays = new Map<State, Float32Array | BigInt64Array>();
  private readonly arenas = new Map<State, Arena>();

  /** Gives states memory: the f32 ones side by side in one arena. */
  allocate(states: readonly State[], granularity?: number): void {
    const floats = states.filter(({ type }) => type.dtype === 'f32');
    const arena = layOut(floats, granularity);
    for (const [state, { offset, length }] of arena.extents) {
      this.arrays.set(state, arena.data.subarray(offset, offset + length));
      this.arenas.set(state, arena);
    }
    for (const state of states) if (state.type.dtype === 'i64') this.arrays.set(state, new BigInt64Array(1));
  }

  has(state: State): boolean {
    return this.arrays.has(state);
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

  /** The arena that holds exactly these states. */
  arenaOf(states: readonly State[]): Arena {
    const arena = this.arenas.get(states[0]);
    if (arena === undefined || arena.extents.size !== states.length) {
      throw new Error('an optimiser needs its states in an arena of their own');
    }
    return arena;
  }
}
