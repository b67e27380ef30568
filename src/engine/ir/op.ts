import type { Emitter, LoweringContext } from './emitter.js';
import { currentScope } from './scope.js';
import type { TensorType } from './tensorType.js';
import { Value } from './value.js';

/** What a gradient rule sees: the op's own inputs and output, and `dy`, the gradient of the loss by the output. */
export interface GradientContext<Attributes> {
  readonly inputs: readonly Value[];
  readonly output: Value;
  readonly attributes: Attributes;
  readonly dy: Value;
  /** Whether the gradient by this input is asked for; a rule may skip the work of the others by returning null. */
  readonly wanted: readonly boolean[];
}

/** Arithmetic that processors do on several numbers at once. */
export type SimdInstruction = 'abs' | 'neg' | 'sqrt' | 'add' | 'sub' | 'mul' | 'div';

/**
 * One op: type rule, gradient and ONNX lowering side by side. All are required, so a forgotten rule does not compile;
 * an op without a gradient says so by returning null.
 */
export interface OpDefinition<Attributes = unknown> {
  readonly name: string;
  /** The type of the result. Throws ShapeError when the inputs do not fit. */
  type(inputs: readonly TensorType[], attributes: Attributes): TensorType;
  /** One gradient an input, made of ordinary ops so that it differentiates again; null where there is none. */
  gradient(context: GradientContext<Attributes>): readonly (Value | null)[];
  /** For element-wise arithmetic: the vector instruction that computes it on f32 lanes. */
  readonly simd?: SimdInstruction;
  /** Writes ONNX nodes and returns the name of the result. */
  lower(emit: Emitter, inputs: readonly string[], context: LoweringContext<Attributes>): string;
}

/** Builds a value of one op. */
export type OpBuilder<Attributes> = (inputs: readonly Value[], attributes: Attributes) => Value;

/** Turns a definition into the function that builds values of it. */
export function defineOp<Attributes>(definition: OpDefinition<Attributes>): OpBuilder<Attributes> {
  return (inputs, attributes) => {
    const type = definition.type(
      inputs.map((input) => input.type),
      attributes,
    );
    return new Value({
      kind: 'op',
      op: definition as OpDefinition,
      inputs,
      attributes,
      type,
      scope: currentScope(),
    });
  };
}
