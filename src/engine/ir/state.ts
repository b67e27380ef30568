import type { TensorType } from './tensorType.js';

/**
 * The use of a state tensor: trained by an optimiser, moved by the forward pass (running statistics), an i64
 * scalar that counts forward passes (batch norm's num_batches_tracked), or a parameter that is left as it is.
 */
export type StateRole = 'parameter' | 'buffer' | 'counter' | 'frozen';

/** How a state tensor starts: a constant, or numbers drawn by the named initialiser. */
export type Initialiser =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly std: number }
  /** Between -bound and bound. */
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'orthogonal'; readonly gain: number }
  /** A vector of length 1 in any direction. */
  | { readonly kind: 'direction' };

/** A named tensor that outlives a step. It is identified by the object; its memory belongs to the runtime. */
export class State {
  constructor(
    /** PyTorch's state-dict key, such as `model.model.1.model.3.weight`. */
    readonly name: string,
    readonly type: TensorType,
    private use: StateRole,
    readonly initialiser: Initialiser,
  ) {}

  get role(): StateRole {
    return this.use;
  }

  /** Takes a parameter out of training, before anything has been built of it. */
  freeze(): void {
    this.use = 'frozen';
  }
}
