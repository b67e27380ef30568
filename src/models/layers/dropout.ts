import { mul } from '../../engine/ops/elementwise.js';
import type { LayerFactory } from './sequential.js';

/** Dropout (Srivastava et al. 2014) when training; the mask is an input of the program. */
export function dropout(rate: number): LayerFactory {
  return () => ({
    states: [],
    apply: (trace, x) => (trace.training ? mul(x, trace.dropoutMask(x.type, rate)) : x),
  });
}
