import { State } from '../../engine/ir/state.js';
import { f32 } from '../../engine/ir/tensorType.js';
import { add } from '../../engine/ops/elementwise.js';
import { matmul } from '../../engine/ops/matmul.js';
import type { LayerFactory } from './sequential.js';

/**
 * A fully connected layer, f32[N, inputs] to f32[N, outputs]: x·Wᵀ + b. Weight and bias start as PyTorch's `nn.Linear`
 * starts them, uniform in ±1/√inputs.
 */
export function linearLayer(inputs: number, outputs: number): LayerFactory {
  return (prefix) => {
    const start = { kind: 'uniform', bound: 1 / Math.sqrt(inputs) } as const;
    const weight = new State(`${prefix}.weight`, f32(outputs, inputs), 'parameter', start);
    const bias = new State(`${prefix}.bias`, f32(outputs), 'parameter', start);
    return {
      states: [weight, bias],
      apply: (trace, x) => add(matmul(x, trace.read(weight), false, true), trace.read(bias)),
    };
  };
}
