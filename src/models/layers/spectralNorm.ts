import { State } from '../../engine/ir/state.js';
import { f32 } from '../../engine/ir/tensorType.js';
import type { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import { clamp } from '../../engine/ops/cast.js';
import { div, sqrt, square } from '../../engine/ops/elementwise.js';
import { matmul } from '../../engine/ops/matmul.js';
import { sum } from '../../engine/ops/reduce.js';
import { detach, reshape, transpose } from '../../engine/ops/shape.js';

/** A vector is divided by its length or by this, whichever is larger, as in PyTorch. */
const EPSILON = 1e-12;
const LARGEST = 3e38;

/** A weight that is divided by its largest singular value wherever it is used. */
export interface SpectralWeight {
  readonly states: readonly State[];
  read(trace: Trace): Value;
}

/**
 * Spectral normalisation (Miyato et al. 2018, algorithm 1; torch.nn.utils.spectral_norm): the weight W as a matrix is
 * divided by σ = uᵀ W v. Every forward pass in training makes one power iteration, v ← Wᵀu / ‖Wᵀu‖ and
 * u ← W v / ‖W v‖, which the gradient takes for constants.
 *
 * @param weight the weight itself, under PyTorch's name for it, `<prefix>.weight_orig`
 * @param outputAxis which axis of it counts the outputs: 0 of a convolution's, 1 of a transposed one's
 */
export function spectralWeight(prefix: string, weight: State, outputAxis: 0 | 1): SpectralWeight {
  const { shape } = weight.type;
  const rows = shape[outputAxis];
  const columns = shape.reduce((product, extent) => product * extent, 1) / rows;
  const vector = (name: string, length: number) =>
    new State(`${prefix}.${name}`, f32(length), 'buffer', { kind: 'direction' });
  const [u, v] = [vector('weight_u', rows), vector('weight_v', columns)];
  const asMatrix = (value: Value) =>
    reshape(outputAxis === 0 ? value : transpose(value, [1, 0, 2, 3]), [rows, columns]);

  const read = (trace: Trace) => {
    const w = trace.read(weight);
    const matrix = asMatrix(w);
    let [left, right] = [reshape(trace.read(u), [rows, 1]), reshape(trace.read(v), [columns, 1])];
    if (trace.training) {
      const constant = detach(matrix);
      right = detach(direction(matmul(constant, left, true)));
      left = detach(direction(matmul(constant, right)));
      trace.write(v, reshape(right, [columns]));
      trace.write(u, reshape(left, [rows]));
    }
    return div(w, reshape(matmul(left, matmul(matrix, right), true), []));
  };
  return { states: [weight, u, v], read };
}

function direction(x: Value): Value {
  return div(x, clamp(sqrt(sum(square(x))), EPSILON, LARGEST));
}
