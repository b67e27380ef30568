import type { HostStep } from './hostStep.js';
import type { OpDefinition } from './op.js';
import type { State } from './state.js';
import type { Shape, TensorType } from './tensorType.js';

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
  /** What the state holds when the program starts. */
  | { readonly kind: 'state'; readonly state: State }
  /** What the state holds after a host step has updated it in place. */
  | { readonly kind: 'updated'; readonly state: State; readonly by: HostStep }
);

let nextId = 0;

/** A node of the static graph: an immutable tensor-valued expression. Build values with the functions of `ops`. */
export class Value {
  /** Grows in order of building, so ids are a topological order. */
  readonly id = nextId++;

  constructor(readonly source: ValueSource) {}

  get type(): TensorType {
    return this.source.type;
  }

  get shape(): Shape {
    return this.source.type.shape;
  }

  /** The values that this one is computed from. */
  get operands(): readonly Value[] {
    if (this.source.kind === 'op') return this.source.inputs;
    if (this.source.kind === 'updated') return this.source.by.inputs;
    return [];
  }
}
