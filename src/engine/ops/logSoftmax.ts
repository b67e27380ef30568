import { defineOp } from '../ir/op.js';
import type { Value } from '../ir/value.js';
import { binaryExpr, load, loadStretched, unaryExpr } from '../loops/expressions.js';
import { fold, map } from '../loops/tensors.js';
import { reduceSum } from './broadcast.js';
import { exp, mul, sub } from './elementwise.js';
import { sumOver } from './moments.js';

/** The axis of classes. */
const CHANNELS = 1;

/**
 * y = x - ln Σ exp x over the channels. With the largest x taken off before, no exponential overflows:
 *
 *   y = x - m - ln Σ exp(x - m),  m = max x
 *   x̄ = ȳ - exp(y) Σ ȳ
 */
const logSoftmaxOp = defineOp<object>({
  name: 'logSoftmax',
  type: ([x]) => x,
  gradient: ({ output, dy }) => [sub(dy, mul(exp(output), reduceSum(dy, [CHANNELS])))],
  loops: ([x], { type }) => {
    const { shape } = type;
    const one = { ...type, shape: shape.map((extent, axis) => (axis === CHANNELS ? 1 : extent)) };
    const largest = fold(one, [shape[CHANNELS]], 'max', (at, [channel]) =>
      load(
        x,
        at.map((index, axis) => (axis === CHANNELS ? channel : index)),
      ),
    );
    const below = map(type, (...at) => binaryExpr('sub', load(x, at), loadStretched(largest, at)));
    const total = sumOver(type, [CHANNELS], (at) => unaryExpr('exp', load(below, at)));
    return map(type, (...at) =>
      binaryExpr('sub', load(below, at), unaryExpr('log', loadStretched(total, at))),
    );
  },
  lower: (emit, [x]) => emit.node('LogSoftmax', [x], { axis: CHANNELS }),
});

/** ln of the softmax over the channels: of logits, the logarithms of probabilities. f32[N, C, ...] */
export function logSoftmax(x: Value): Value {
  return logSoftmaxOp([x], {});
}
