import type { State } from '../ir/state.js';
import type { LossScaling } from './lossScaling.js';

/** β₁, β₂ and ε of Adam, and what is done besides the update itself. */
export interface AdamSettings {
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  /**
   * The greatest L2 norm of the optimiser's gradients, all taken together: longer ones are clipped to it. Default: no
   * clipping.
   */
  readonly clipNorm?: number;
  /** How much of the parameters' moving average stays in an update. Default: no average is kept. */
  readonly averaging?: number;
  /** Whether runs may accumulate gradients, which takes memory. Default: no. */
  readonly accumulates?: boolean;
  /**
   * In mixed precision the state by which the loss is multiplied; the optimiser gives it memory, and its value. Default:
   * gradients are those of the loss itself.
   */
  readonly lossScale?: State;
}

/** Added to the gradients' norm before they are clipped, as in PyTorch's clip_grad_norm_. */
export const CLIP_EPSILON = 1e-6;

/** One batch among several whose gradients make one update. */
export interface Accumulation {
  /** How much of all images are in this batch. */
  readonly share: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** The arrays that an optimiser keeps for each parameter: the gradient of the last run, moments, moving average. */
export type OptimiserQuantity = 'gradient' | 'firstMoment' | 'secondMoment' | 'average';

/** A loss scale with its counters, as a device keeps them. */
export interface KeptLossScaling {
  read(): Promise<LossScaling>;
  write(scaling: LossScaling): Promise<void>;
}

/** Adam over some states of a device: programs update through it, checkpoints read and write what it keeps. */
export interface Optimiser {
  readonly states: readonly State[];
  /** Updates so far, which decide how moments are corrected; with a loss scale, those that were left out among them. */
  updates: number;
  /** Its loss scale, where it has one. */
  readonly lossScaling?: KeptLossScaling | undefined;
  /** A copy, in the state's own layout. Throws Error for a state that is not trained, or a quantity that is not kept. */
  download(state: State, quantity: OptimiserQuantity): Promise<Float32Array>;
  /** Throws as `download`, and where the sizes differ. */
  upload(state: State, quantity: OptimiserQuantity, data: Float32Array): Promise<void>;
  /** Starts the moving average at the parameters as they are. */
  startAverage(): Promise<void>;
  /** Puts the average in the parameters' place, and the parameters in the average's; again, and all is as before. */
  exchangeAverage(): Promise<void>;
}
