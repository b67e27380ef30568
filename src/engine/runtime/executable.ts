import type { Program } from '../ir/program.js';
import type { Accumulation } from './optimiser.js';
import type { RandomDraw } from './randomInputs.js';
import type { TensorArray } from './tensorArray.js';

/** How a program is compiled. */
export interface CompileOptions {
  /** As in `MemoryStrategy`. Default: true. */
  readonly keepsMemory?: boolean;
  /** Told, before they are timed, how many layers are. */
  readonly onTuning?: (layers: number) => void;
}

/** The inputs of a run: tensors for the program's inputs, and numbers for its run-time scalars. */
export interface RunInputs {
  readonly tensors: Readonly<Record<string, TensorArray>>;
  readonly scalars?: Readonly<Record<string, number>>;
  /** Dropout masks and noise that `tensors` does not have are drawn by this, with the same bits on every device. */
  readonly random?: RandomDraw;
  /** The gradients of this run are added to others', and optimisers update with the last of them. */
  readonly accumulation?: Accumulation;
}

/** The results of a run, still in the device's memory. */
export interface RunResults {
  /**
   * A copy of one of the program's outputs. To be called before the executable runs again or is disposed of; the promise
   * may be awaited later, so that a device need not wait for a loss in the middle of a training.
   *
   * @throws Error when there is no such output, or a later run has overwritten it
   */
  fetch(name: string): Promise<TensorArray>;
}

/** A program that is ready to run, with memory for all that enters, crosses or leaves it. */
export interface Executable {
  readonly program: Program;
  /**
   * Runs the program once. Inputs are copied before the promise resolves; nothing is copied out until it is asked for,
   * and a device that works asynchronously may still be computing.
   *
   * @throws Error when an input or a scalar is missing, or of another size
   */
  run(inputs: RunInputs): Promise<RunResults>;
  dispose(): Promise<void>;
}
