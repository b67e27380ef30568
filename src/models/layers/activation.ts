import { leakyRelu, relu } from '../../engine/ops/activation.js';
import { tanh } from '../../engine/ops/elementwise.js';
import { stateless } from './module.js';
import type { LayerFactory } from './sequential.js';

export const reluLayer: LayerFactory = () => stateless(relu);
export const leakyReluLayer =
  (slope: number): LayerFactory =>
  () =>
    stateless((x) => leakyRelu(x, slope));
export const tanhLayer: LayerFactory = () => stateless(tanh);
