import { State } from '../../engine/ir/state.js';
import { f32 } from '../../engine/ir/tensorType.js';
import { add, mul } from '../../engine/ops/elementwise.js';
import { reshape } from '../../engine/ops/shape.js';
import { standardize } from '../../engine/ops/standardize.js';
import { type InitOptions, scaleInitialiser, zeros } from './initialise.js';
import type { LayerFactory } from './sequential.js';

const EPSILON = 1e-5;

/**
 * Instance normalisation with scale and shift (Ulyanov et al. 2016; PyTorch's InstanceNorm2d with affine=True). For a
 * single image it is what a batch norm does by the batch's own statistics, whatever is translated beside it.
 */
export function affineInstanceNorm(channels: number, init: InitOptions): LayerFactory {
  return (prefix) => {
    const weight = new State(`${prefix}.weight`, f32(channels), 'parameter', scaleInitialiser(init));
    const bias = new State(`${prefix}.bias`, f32(channels), 'parameter', zeros);
    return {
      states: [weight, bias],
      apply: (trace, x) => {
        const perChannel = (state: State) => reshape(trace.read(state), [1, channels, 1, 1]);
        return add(mul(standardize(x, [2, 3], EPSILON), perChannel(weight)), perChannel(bias));
      },
    };
  };
}
