import type { Emitter, LoweringContext } from './emitter.js';

/** The name of an op's own `lower` among its algorithms. Every op has it, at all shapes. */
export const DIRECT = 'direct';

/** Another way to compute an op, equal to its own `lower` up to rounding. */
export interface Algorithm<Attributes = unknown> {
  /** Unique among the algorithms of the op, and not 'direct'. */
  readonly name: string;
  /** Whether it computes the op for operands of these types with these attributes. */
  applies(context: LoweringContext<Attributes>): boolean;
  /** Writes ONNX nodes and returns the name of the result. */
  lower(emit: Emitter, inputs: readonly string[], context: LoweringContext<Attributes>): string;
}
