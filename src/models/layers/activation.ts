import { leakyRelu, relu } from '../../engine/ops/activation.js';
import { tanh } from '../../engine/ops/elementwise.js';
import { stateless } from './module.js';
import type { LayerFactory } from './sequential.js';

/** max(x, 0) of each element, any shape; without states. */
export const reluLayer: LayerFactory = () => stateless(relu);
/**
 * x where x > 0, slope · x elsewhere, of each element of any shape; without states.
 *
 * @param slope in [0, 1)
 */
export const leakyReluLayer =
  (slope: number): LayerFactory =>
  () =>
    stateless((x) => leakyRelu(x, slope));
/** tanh x of each element, any shape, so within -1 ... 1; without states. */
export const tanhLayer: LayerFactory = () => stateless(tanh);
/** x itself, of any shape; it takes an index among layers, as PyTorch's nn.Identity. */
export const identityLayer: LayerFactory = () => stateless((x) => x);
