import type { State } from './state.js';
import type { Value } from './value.js';

/**
 * A step that is not lowered to ONNX: it reads values and updates states in place, between two ONNX segments of the
 * program. The runtime knows how to run each `kind`; optimisers are such steps, so that one update can run over the
 * whole arena in pieces that fit the cache.
 */
export interface AdamStep {
  readonly kind: 'adam';
  /** Names the optimiser ('G', 'D'): its constants, moments and count of updates belong to the runtime. */
  readonly name: string;
  /** The states to update; `inputs[i]` is the gradient of the loss by `states[i]`. */
  readonly states: readonly State[];
  readonly inputs: readonly Value[];
  /** Name of the run-time scalar that holds the learning rate. */
  readonly learningRate: string;
}

export type HostStep = AdamStep;
