// The parts of a program: typed values, states, the trace that records them, and the definition of an op.
export type { Algorithm } from './algorithm.js';
export type { Emitter, LoweringContext, OnnxAttribute } from './emitter.js';
export type { AlgorithmChooser, Layer } from './layer.js';
export type * from './loopForm.js';
export { defineOp, type OpBuilder } from './op.js';
export { print } from './print.js';
export { type NoiseKind, type Program, withoutUpdates } from './program.js';
export { withScope } from './scope.js';
export { type Initialiser, State, type StateRole } from './state.js';
export {
  type DType,
  elementCount,
  f32,
  formatType,
  i64,
  type Shape,
  type TensorType,
  u8,
} from './tensorType.js';
export { type BatchShare, Trace } from './trace.js';
export {
  type AdamStep,
  type GradientContext,
  type HostStep,
  type OpDefinition,
  type SimdInstruction,
  Value,
  type ValueSource,
} from './value.js';
