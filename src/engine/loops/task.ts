import type { Tensor } from '../ir/loopForm.js';
import type { AllReduceStep } from '../ir/segments.js';
import type { HostStep, Value } from '../ir/value.js';
import type { Kernel } from './kernel.js';

/**
 * What runs at one moment of a program: a kernel, whose name tells where it comes from, a step of the host's, or a sum over
 * all processes that run the program together.
 */
export type Task =
  | { readonly kind: 'kernel'; readonly kernel: Kernel; readonly name: string }
  | { readonly kind: 'host'; readonly step: HostStep }
  | { readonly kind: 'allReduce'; readonly step: AllReduceStep };

/** A program as tasks that run one after another. */
export interface Schedule {
  readonly tensors: ReadonlyMap<Value, Tensor>;
  readonly tasks: readonly Task[];
  /** What is wanted of the program besides what its host steps read: outputs, and new values of states. */
  readonly leaving: ReadonlySet<Tensor>;
}
