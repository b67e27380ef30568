import type { DType, TensorType } from './tensorType.js';

/** An ONNX attribute: an integer, a list of integers, a string, or a float written `{ float: x }`. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

/**
 * The ONNX graph that an op's lowering writes to. Values are ONNX names; equal nodes are emitted once, so a lowering
 * may ask again for a node that another has made already. Implemented by `onnx/graphBuilder`.
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
}

/** An op at given types, which its lowering may depend on. */
export interface LoweringContext<Attributes> {
  readonly attributes: Attributes;
  readonly inputTypes: readonly TensorType[];
  readonly type: TensorType;
}

/** ONNX's numbers for element types (onnx.proto, TensorProto.DataType). */
export const onnxDataType: Readonly<Record<DType, number>> = { f32: 1, u8: 2, i64: 7, f16: 10 };
