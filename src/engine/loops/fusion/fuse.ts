import type { Tensor } from '../../ir/loopForm.js';
import type { Value } from '../../ir/value.js';
import type { Task } from '../task.js';
import { addEpilogues, addOnlyReaders } from './epilogues.js';
import { KernelGraph } from './kernelGraph.js';
import type { FusionLimits } from './limits.js';
import { inlineWhatIsCheap } from './onLoad.js';
import { addToRows } from './precede.js';
import { inlineWhatIsReadOnce } from './readOnce.js';
import { gatherRows } from './rows.js';
import { type SplitOf, splitKernel } from './splits.js';

export interface FusionOptions extends FusionLimits {
  readonly splitOf: SplitOf;
}

/**
 * The tasks of a program in fewer kernels, which compute the same: what passes from one to the next within a kernel is
 * neither stored nor read. Every rule is a rewriting of kernels in the language that they are in already.
 *
 * @param tasks every loop as a kernel of its own, in an order in which they can run
 * @param leaving the tensors that are wanted of the program, besides those that its host steps read
 */
export function fuse(
  tasks: readonly Task[],
  tensors: ReadonlyMap<Value, Tensor>,
  leaving: ReadonlySet<Tensor>,
  options: FusionOptions,
): Task[] {
  const graph = new KernelGraph(
    tasks.flatMap((task) => split(task, options)),
    tensors,
    leaving,
  );
  inlineWhatIsReadOnce(graph, options);
  gatherRows(graph, options);
  addOnlyReaders(graph, options);
  inlineWhatIsCheap(graph, options);
  addEpilogues(graph, options);
  addToRows(graph, options);
  return graph.tasks();
}

function split(task: Task, { splitOf }: FusionOptions): readonly Task[] {
  if (task.kind === 'host') return [task];
  return splitKernel(task.kernel, splitOf).map((kernel) => ({ ...task, kernel }));
}
