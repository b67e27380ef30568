import type { State } from '../../ir/state.js';
import { elementCount } from '../../ir/tensorType.js';
import { requireFitting, type StateData } from '../../runtime/device.js';
import type { Gpu, Memory } from './gpu.js';

/** The memory of states: floats on the GPU, in buffers of their own or an optimiser's; counters on the host. */
export class StateMemory {
  private readonly floats = new Map<State, Memory>();
  private readonly counters = new Map<State, bigint>();
  private readonly own = new Map<State, GPUBuffer>();

  constructor(private readonly gpu: Gpu) {}

  /** Gives states memory, zero at first; those that have some keep it. */
  async allocate(states: readonly State[]): Promise<void> {
    for (const state of states) {
      if (this.floats.has(state) || this.counters.has(state)) continue;
      if (state.type.dtype === 'i64') {
        this.counters.set(state, 0n);
        continue;
      }
      const bytes = 4 * elementCount(state.type.shape);
      const buffer = await this.gpu.allocate(bytes, state.name);
      this.own.set(state, buffer);
      this.floats.set(state, { buffer, offset: 0, bytes });
    }
  }

  /** Takes memory of someone else's for a state, such as an optimiser's. */
  adopt(state: State, memory: Memory): void {
    this.release(state);
    this.floats.set(state, memory);
  }

  free(states: Iterable<State>): void {
    for (const state of states) {
      this.release(state);
      this.floats.delete(state);
      this.counters.delete(state);
    }
  }

  clear(): void {
    this.free([...this.floats.keys(), ...this.counters.keys()]);
  }

  /** Where the elements of a state are. Throws Error when it has no memory. */
  of(state: State): Memory {
    const memory = this.floats.get(state);
    if (memory === undefined) throw new Error(`${state.name} is no allocated state of floats`);
    return memory;
  }

  count(counter: State, amount: number): void {
    this.counters.set(counter, this.counter(counter) + BigInt(amount));
  }

  /** A copy. Throws Error when the state has no memory. */
  async get(state: State): Promise<StateData> {
    if (state.type.dtype === 'i64') return BigInt64Array.of(this.counter(state));
    return new Float32Array(await this.gpu.read(this.of(state)));
  }

  /** Throws Error when the data is of another kind or size, or the state has no memory. */
  set(state: State, data: StateData): void {
    requireFitting(state, data);
    if (data instanceof BigInt64Array) {
      this.counter(state);
      this.counters.set(state, data[0]);
    } else this.gpu.write(this.of(state), data);
  }

  private counter(state: State): bigint {
    const value = this.counters.get(state);
    if (value === undefined) throw new Error(`${state.name} is no allocated counter`);
    return value;
  }

  private release(state: State): void {
    const buffer = this.own.get(state);
    if (buffer !== undefined) this.gpu.free(buffer);
    this.own.delete(state);
  }
}
