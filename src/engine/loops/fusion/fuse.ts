import type { Tensor } from '../../ir/loopForm.js';
import type { Value } from '../../ir/value.js';
import type { Task } from '../task.js';
import { addEpilogues, addOnlyReaders } from './epilogues.js';
import { KernelGraph } from './kernelGraph.js';
import type { FusionLimits } from './limits.js';
import { inlineWhatIsCheap } from './onLoad.js';
import { addToRows } from './precede.js';
import { inlineWhatIsReadOnce } from './readOnce.js';
import { gatherRows, joinRows } from './rows.js';
import { type SplitOf, splitKernel } from './splits.js';

/** A rewriting of the kernels of a program, after which they are fewer and compute the same. */
export interface FusionRule {
  readonly name: string;
  apply(graph: KernelGraph, limits: FusionLimits): void;
}

/** In the order in which they are applied: each leaves less to the next. */
export const RULES: readonly FusionRule[] = [
  { name: 'maps that are read once', apply: inlineWhatIsReadOnce },
  { name: 'the work of a row in one kernel', apply: gatherRows },
  { name: 'epilogues that replace a result', apply: addOnlyReaders },
  { name: 'cheap maps on load', apply: inlineWhatIsCheap },
  { name: 'other epilogues', apply: addEpilogues },
  { name: 'maps in the rows that read them', apply: addToRows },
  { name: 'rows that depend on each other', apply: joinRows },
];

export interface FusionOptions extends FusionLimits {
  readonly splitOf: SplitOf;
  /** Default: all. */
  readonly rules?: readonly FusionRule[];
}

/**
 * The tasks of a program in fewer kernels, which compute the same: what passes from one to the next within a kernel is
 * neither stored nor read. Long sums are split first, so that what adds up their parts is fused as any other map.
 *
 * @param tasks every loop as a kernel of its own, in an order in which they can run
 * @param leaving the tensors that are wanted of the program, besides those that its steps between kernels read
 */
export function fuse(
  tasks: readonly Task[],
  tensors: ReadonlyMap<Value, Tensor>,
  leaving: ReadonlySet<Tensor>,
  { splitOf, rules = RULES, ...limits }: FusionOptions,
): Task[] {
  const parts = tasks.flatMap((task) => split(task, splitOf));
  const graph = new KernelGraph(parts, tensors, leaving);
  for (const rule of rules) rule.apply(graph, limits);
  return graph.tasks();
}

function split(task: Task, splitOf: SplitOf): readonly Task[] {
  if (task.kind !== 'kernel') return [task];
  return splitKernel(task.kernel, splitOf).map((kernel) => ({ ...task, kernel }));
}
