import type { Initialiser } from '../../engine/ir/state.js';
import type { Shape } from '../../engine/ir/tensorType.js';

/** The choices of `--init_type`: the reference's, and `pytorch`, by which layers start as PyTorch's own do. */
export const initTypes = ['normal', 'xavier', 'kaiming', 'orthogonal', 'pytorch'] as const;
/** One of `initTypes`. */
export type InitType = (typeof initTypes)[number];

/** How weights start: the scheme and its gain (the reference's --init_type and --init_gain). */
export interface InitOptions {
  readonly type: InitType;
  readonly gain: number;
}

/**
 * The initialiser of a convolution's weight, as the reference's `init_weights` (models/networks.py) asks PyTorch for
 * it: N(0, gain²); Xavier's normal with gain (Glorot and Bengio 2010); Kaiming's normal over the fan-in (He et al.
 * 2015), which ignores the gain; orthogonal with gain (Saxe et al. 2013). Without a gain too is what PyTorch's layers
 * start from by themselves: uniform in ±1/√fan-in (`reset_parameters` of torch/nn/modules/conv.py).
 *
 * @param shape [out, in, kh, kw], or [in, out, kh, kw] of a transposed convolution: PyTorch takes axis 1 for the
 * fan-in of both.
 */
export function weightInitialiser(shape: Shape, { type, gain }: InitOptions): Initialiser {
  const receptiveField = shape.slice(2).reduce((product, extent) => product * extent, 1);
  const [fanOut, fanIn] = [shape[0] * receptiveField, shape[1] * receptiveField];
  switch (type) {
    case 'normal':
      return { kind: 'normal', mean: 0, std: gain };
    case 'xavier':
      return { kind: 'normal', mean: 0, std: gain * Math.sqrt(2 / (fanIn + fanOut)) };
    case 'kaiming':
      return { kind: 'normal', mean: 0, std: Math.sqrt(2 / fanIn) };
    case 'orthogonal':
      return { kind: 'orthogonal', gain };
    case 'pytorch':
      return { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) };
  }
}

/** The initialiser of a convolution's bias: zeros, but as the weight with `pytorch`. */
export function biasInitialiser(weight: Shape, init: InitOptions): Initialiser {
  return init.type === 'pytorch' ? weightInitialiser(weight, init) : zeros;
}

export const zeros: Initialiser = { kind: 'constant', value: 0 };

/** A batch norm's scale starts as N(1, gain²), whatever the scheme, but as 1 with `pytorch`. */
export function scaleInitialiser({ type, gain }: InitOptions): Initialiser {
  if (type === 'pytorch') return { kind: 'constant', value: 1 };
  return { kind: 'normal', mean: 1, std: gain };
}
