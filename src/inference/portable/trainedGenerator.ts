import type { State } from '../../engine/ir/state.js';
import type { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import type { StateData } from '../../engine/runtime/device.js';
import type { Module } from '../../models/layers/module.js';

/** A generator of ours with its weights in memory. */
export interface TrainedGenerator {
  /** The run or file that it comes from. */
  readonly name: string;
  readonly network: Module;
  /** The numbers of all of the network's states. */
  readonly weights: ReadonlyMap<State, StateData>;
  readonly inputNc: number;
  readonly outputNc: number;
  /** From an image to its translation: see `GeneratorDefinition`. */
  apply(trace: Trace, x: Value): Value;
  readonly netG: string;
  readonly norm: string;
  /** The options of its training, by flag. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Where the weights are from, when their bytes were not compared with what was written. */
  readonly unverified?: { readonly path: string; readonly sha256: string };
}
