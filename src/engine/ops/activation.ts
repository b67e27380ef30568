import { defineOp } from '../ir/op.js';
import type { Value } from '../ir/value.js';
import { binaryExpr, load, number, positive } from '../loops/expressions.js';
import { map } from '../loops/tensors.js';

interface SlopeAttributes {
  readonly slope: number;
}

/** y = x where x > 0, slope · x elsewhere. Its sign is that of x, so the gradient needs only y. */
const leakyReluOp = defineOp<SlopeAttributes>({
  name: 'leakyRelu',
  type: ([x]) => x,
  gradient: ({ output, dy, attributes: { slope } }) => [leakyReluGradient(dy, output, slope)],
  loops: ([x], { attributes: { slope }, type }) =>
    map(type, (...at) => {
      const element = load(x, at);
      return positive(element, element, binaryExpr('mul', number(slope), element));
    }),
  lower: (emit, [x], { attributes: { slope } }) =>
    slope === 0 ? emit.node('Relu', [x]) : emit.node('LeakyRelu', [x], { alpha: { float: slope } }),
});

/** So large that the product with any positive normal number is at least 1. */
const STEEP = 3e38;

/**
 * dx = dy where y > 0, slope · dy elsewhere: linear in dy, constant in y almost everywhere. The factor is a steep ramp
 * cut off at slope and 1, in vectorised ops that take half the time of Greater and Where (docs/performance.md).
 */
const leakyReluGradientOp = defineOp<SlopeAttributes>({
  name: 'leakyReluGradient',
  type: ([dy]) => dy,
  gradient: ({ inputs: [, y], dy: ddx, attributes: { slope } }) => [leakyReluGradient(ddx, y, slope), null],
  loops: ([dy, y], { attributes: { slope }, type }) =>
    map(type, (...at) => {
      const element = load(dy, at);
      return positive(load(y, at), element, binaryExpr('mul', number(slope), element));
    }),
  lower: (emit, [dy, y], { attributes: { slope } }) => {
    if (slope === 0) {
      const step = emit.node('HardSigmoid', [y], { alpha: { float: STEEP }, beta: { float: 0 } });
      return emit.node('Mul', [dy, step]);
    }
    const ramp = emit.node('Mul', [y, emit.float(STEEP)]);
    return emit.node('Mul', [dy, emit.node('Clip', [ramp, emit.float(slope), emit.float(1)])]);
  },
});

function leakyReluGradient(dy: Value, y: Value, slope: number): Value {
  return leakyReluGradientOp([dy, y], { slope });
}

/** max(x, 0); the gradient at 0 is 0. */
export function relu(x: Value): Value {
  return leakyReluOp([x], { slope: 0 });
}

/** x where x > 0, slope · x elsewhere. @param slope in [0, 1) */
export function leakyRelu(x: Value, slope: number): Value {
  return leakyReluOp([x], { slope });
}
