import type { Algorithm } from './algorithm.js';
import type { Emitter, LoweringContext } from './emitter.js';
import type { LoopContext, Tensor } from './loopForm.js';
import type { State } from './state.js';
import type { Shape, TensorType } from './tensorType.js';

// A value is made by an op, an op's gradient is made of values, and a host step reads them: one file for these types.

/** Where a value comes from. */
export type ValueSource = { readonly type: TensorType; readonly scope: string } & (
  | {
      readonly kind: 'op';
      readonly op: OpDefinition;
      readonly inputs: readonly Value[];
      readonly attributes: unknown;
    }
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: readonly number[] }
  /** The contents of a state when the program starts. */
  | { readonly kind: 'state'; readonly state: State }
  /** The contents of a state after a host step has updated it in place. */
  | { readonly kind: 'updated'; readonly state: State; readonly by: HostStep }
);

let nextId = 0;

/** A node of the static graph: an immutable tensor-valued expression. Build values with the functions of `ops`. */
export class Value {
  /** Grows in order of building, so ids are a topological order. */
  readonly id = nextId++;

  constructor(readonly source: ValueSource) {}

  /** Element type and shape. */
  get type(): TensorType {
    return this.source.type;
  }

  /** The extents of its axes; none for a scalar. */
  get shape(): Shape {
    return this.source.type.shape;
  }

  /** Whether it is its first operand's memory under another type. */
  get isView(): boolean {
    return this.source.kind === 'op' && this.source.op.isView === true;
  }

  /** Whether all processes that run the program compute it together. */
  get isCollective(): boolean {
    return this.source.kind === 'op' && this.source.op.isCollective === true;
  }

  /** The values that this one is computed from. */
  get operands(): readonly Value[] {
    if (this.source.kind === 'op') return this.source.inputs;
    if (this.source.kind === 'updated') return this.source.by.inputs;
    return [];
  }
}

/** The arguments of a gradient rule: the op's own inputs and output, and `dy`, the gradient of the loss by the output. */
export interface GradientContext<Attributes> {
  readonly inputs: readonly Value[];
  readonly output: Value;
  readonly attributes: Attributes;
  readonly dy: Value;
  /** Whether the gradient by this input is asked for; a rule may skip the work of the others by returning null. */
  readonly wanted: readonly boolean[];
}

/** Arithmetic that processors do on several numbers in one instruction. */
export type SimdInstruction = 'abs' | 'neg' | 'sqrt' | 'add' | 'sub' | 'mul' | 'div';

/**
 * One op: type rule, gradient, loops and ONNX lowering side by side. All are required, so a forgotten rule does not
 * compile; an op without a gradient says so by returning null.
 */
export interface OpDefinition<Attributes = unknown> {
  readonly name: string;
  /** The type of the result. Throws ShapeError when the inputs do not fit. */
  type(inputs: readonly TensorType[], attributes: Attributes): TensorType;
  /** One gradient an input, made of ordinary ops so that it differentiates again; null where there is none. */
  gradient(context: GradientContext<Attributes>): readonly (Value | null)[];
  /** The result as loops over the operands: a map, a fold or a contraction, or one over tensors that are such themselves. */
  loops(operands: readonly Tensor[], context: LoopContext<Attributes>): Tensor;
  /** For element-wise arithmetic: the vector instruction that computes it on f32 lanes. */
  readonly simd?: SimdInstruction;
  /** Writes ONNX nodes and returns the name of the result. */
  lower(emit: Emitter, inputs: readonly string[], context: LoweringContext<Attributes>): string;
  /** Other ways to compute the same. Which is the fastest depends on shapes and machine. */
  readonly algorithms?: readonly Algorithm<Attributes>[];
  /** Whether the result is its first operand's memory under another type: nothing is computed. Default: false. */
  readonly isView?: boolean;
  /**
   * Whether the result is that of all processes that run the program together: a device computes it between two
   * segments, by its `Collective`. Default: false.
   */
  readonly isCollective?: boolean;
}

/**
 * A step that is not lowered to ONNX: it reads values and updates states in place, between two ONNX segments of the
 * program. The runtime knows how to run each `kind`; optimisers are such steps, so that one update can run over the
 * whole arena in pieces that fit the cache.
 */
export interface AdamStep {
  readonly kind: 'adam';
  /** Names the optimiser ('G', 'D'): its constants, moments and count of updates belong to the runtime. */
  readonly name: string;
  /** The states to update; `inputs[i]` is the gradient of the loss by `states[i]`. */
  readonly states: readonly State[];
  readonly inputs: readonly Value[];
  /** Name of the run-time scalar that holds the learning rate. */
  readonly learningRate: string;
  /**
   * In mixed precision the state that the loss has been multiplied by, so that gradients do not vanish between 16-bit
   * floats: they are divided by it again, a step whose gradients are not finite is left out, and the scale follows.
   */
  readonly lossScale?: State;
}

/** A node of the program that a device runs by code of its own. */
export type HostStep = AdamStep;
