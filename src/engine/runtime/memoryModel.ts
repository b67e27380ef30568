import type { Program } from '../ir/program.js';

/** How a training step uses memory. */
export interface MemoryStrategy {
  readonly name: string;
  /** Whether freed memory is kept for the next tensor, which is faster, or given back. */
  readonly keepsMemory: boolean;
  /** Whether activations are computed again for the gradients instead of being kept (`inStrategy`). */
  readonly recomputes: boolean;
  /** A sentence about it for the person who trains. */
  readonly note?: string;
}

/** The memory that a training needs, in bytes of the device's memory. */
export interface MemoryNeeds {
  /** Used before any program: on a CPU by Node, the library's code and data loading. */
  readonly process: number;
  /** Parameters, gradients and two moments, and what the device has to exchange gradients with others; statistics. */
  readonly states: number;
  /** Values that one segment of a step leaves for a later one, inputs and results. */
  readonly kept: number;
  /** Everything else that a step computes. */
  readonly working: number;
  readonly total: number;
}

/** Predicts how much of a device's memory programs take, before anything is allocated. */
export interface MemoryModel {
  /** Whether it is the memory of the machine, of which decoded images take too. */
  readonly isHost: boolean;
  /** From the fastest to the one that needs least. */
  readonly strategies: readonly MemoryStrategy[];
  /** `MemoryNeeds.process`. */
  readonly processBytes: number;
  /** Of each parameter that is trained, with all that an optimiser keeps of it in any case. */
  readonly parameterBytes: number;
  /** Predicts the peak of a training from the program of a step. */
  predict(program: Program, strategy: MemoryStrategy): MemoryNeeds;
  /** Bytes that a training could take now; Infinity where the device does not tell. */
  available(): number;
}
