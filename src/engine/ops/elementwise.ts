import type { UnaryOp } from '../ir/loopForm.js';
import { defineOp } from '../ir/op.js';
import { ShapeError } from '../ir/shapeError.js';
import { formatType, sameShape } from '../ir/tensorType.js';
import type { GradientContext, SimdInstruction, Value } from '../ir/value.js';
import { binaryExpr, load, loadStretched, unaryExpr } from '../loops/expressions.js';
import { map } from '../loops/tensors.js';
import { beforeBroadcast, broadcastShapes, sumTo } from './broadcast.js';
import { scalar } from './constant.js';

type Gradient = (context: GradientContext<object>) => readonly (Value | null)[];

/** An op of one operand that ONNX has under `onnxName`, and processors under `simd`. */
function unary(
  name: UnaryOp,
  onnxName: string,
  gradient: Gradient,
  simd?: SimdInstruction,
): (x: Value) => Value {
  const op = defineOp<object>({
    name,
    simd,
    type: ([x]) => x,
    gradient,
    loops: ([x], { type }) => map(type, (...at) => unaryExpr(name, load(x, at))),
    lower: (emit, inputs) => emit.node(onnxName, inputs),
  });
  return (x) => op([x], {});
}

/** An op of two operands, broadcast, that ONNX has under `onnxName` and processors under its own name. */
function binary(
  name: 'add' | 'sub' | 'mul' | 'div',
  onnxName: string,
  gradient: Gradient,
): (a: Value, b: Value) => Value {
  const op = defineOp<object>({
    name,
    simd: name,
    type: ([a, b]) => {
      if (a.dtype !== b.dtype) {
        throw new ShapeError(`${name}: element types differ`, { left: formatType(a), right: formatType(b) });
      }
      return { dtype: a.dtype, shape: broadcastShapes(name, a, b) };
    },
    gradient: (context) =>
      gradient(context).map((g, i) => (g === null ? null : sumTo(g, context.inputs[i].shape))),
    loops: ([a, b], { type }) =>
      map(type, (...at) => binaryExpr(name, loadStretched(a, at), loadStretched(b, at))),
    lower: (emit, inputs) => emit.node(onnxName, inputs),
  });
  return (a, b) => {
    const [left, right] = [beforeBroadcast(a), beforeBroadcast(b)];
    if (left !== a && sameShape(broadcastShapes(name, left.type, b.type), a.shape)) return op([left, b], {});
    if (right !== b && sameShape(broadcastShapes(name, a.type, right.type), b.shape))
      return op([a, right], {});
    return op([a, b], {});
  };
}

/** a + b */
export const add = binary('add', 'Add', ({ dy }) => [dy, dy]);
/** a - b */
export const sub = binary('sub', 'Sub', ({ dy }) => [dy, neg(dy)]);
/** a · b */
export const mul = binary('mul', 'Mul', ({ inputs: [a, b], dy, wanted }) => [
  wanted[0] ? mul(dy, b) : null,
  wanted[1] ? mul(dy, a) : null,
]);
/** a / b */
export const div = binary('div', 'Div', ({ inputs: [, b], output, dy, wanted }) => [
  wanted[0] ? div(dy, b) : null,
  wanted[1] ? neg(div(mul(dy, output), b)) : null,
]);

/** -x */
export const neg = unary('neg', 'Neg', ({ dy }) => [neg(dy)], 'neg');
/** |x|; the gradient at 0 is 0, as PyTorch's. */
export const abs = unary('abs', 'Abs', ({ inputs: [x], dy }) => [mul(dy, sign(x))], 'abs');
/** -1, 0 or 1. */
export const sign = unary('sign', 'Sign', () => [null]);
/** The whole number below; constant almost everywhere, so that no gradient goes through it. */
export const floor = unary('floor', 'Floor', () => [null]);
/** √x */
export const sqrt = unary('sqrt', 'Sqrt', ({ output, dy }) => [div(scale(dy, 0.5), output)], 'sqrt');
/** eˣ */
export const exp = unary('exp', 'Exp', ({ output, dy }) => [mul(dy, output)]);
/** ln x */
export const log = unary('log', 'Log', ({ inputs: [x], dy }) => [div(dy, x)]);
/** 1 / x */
export const reciprocal = unary('reciprocal', 'Reciprocal', ({ output, dy }) => [
  neg(mul(dy, square(output))),
]);
/** tanh x */
export const tanh = unary('tanh', 'Tanh', ({ output, dy }) => [mul(dy, sub(scalar(1), square(output)))]);
/** 1 / (1 + e⁻ˣ) */
export const sigmoid = unary('sigmoid', 'Sigmoid', ({ output, dy }) => [
  mul(dy, mul(output, sub(scalar(1), output))),
]);
/** ln(1 + eˣ), stable for large |x|. */
export const softplus = unary('softplus', 'Softplus', ({ inputs: [x], dy }) => [mul(dy, sigmoid(x))]);

/** x² */
export function square(x: Value): Value {
  return mul(x, x);
}

/** factor · x */
export function scale(x: Value, factor: number): Value {
  return factor === 1 ? x : mul(x, scalar(factor));
}

/** x + offset */
export function shift(x: Value, offset: number): Value {
  return offset === 0 ? x : add(x, scalar(offset));
}
