import type { DType, TensorType } from './tensorType.js';

/** An ONNX attribute: an integer, a list of integers, a string, or a float written `{ float: x }`. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

/**
 * What an op's lowering writes to. Values are ONNX names; equal nodes are emitted once, so a lowering may ask again
 * for what another has made already. Implemented by `onnx/graphBuilder`.
 */
export interface Emitter {
  /** Appends a node and returns the name of its output. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
  ): string;
  /** A constant f32 tensor; a scalar when `shape` is absent. */
  float(values: number | readonly number[], shape?: readonly number[]): string;
  /** A constant i64 vector, for shapes and axes. */
  ints(values: readonly number[]): string;
  /** The same bytes under another shape. */
  reshape(input: string, shape: readonly number[]): string;
  /** How this op is to be lowered where several forms are possible and the faster one depends on the machine. */
  choose<Form extends string>(forms: readonly Form[]): Form;
}

/** What a lowering may look at besides its input names. */
export interface LoweringContext<Attributes> {
  readonly attributes: Attributes;
  readonly inputTypes: readonly TensorType[];
  readonly type: TensorType;
}

/** ONNX's numbers for element types (onnx.proto, TensorProto.DataType). */
export const onnxDataType: Readonly<Record<DType, number>> = { f32: 1, u8: 2, i64: 7 };
