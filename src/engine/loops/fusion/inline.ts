import type { Expr, Tensor } from '../../ir/loopForm.js';
import { elementCount } from '../../ir/tensorType.js';
import { variables } from '../indices.js';
import { isElementStore, type Kernel, reducedBy, type Store } from '../kernel.js';
import { subexpressions } from '../operands.js';
import { Rewriting } from '../substitute.js';
import { isWellFormed } from '../verify.js';
import { rewritten } from './join.js';
import type { KernelGraph, KernelNode } from './kernelGraph.js';
import { type FusionLimits, fits } from './limits.js';

/** The single store of a kernel that computes one element after another, and nothing else. */
export function onlyMap({ kernel }: KernelNode): Store | undefined {
  const { axes, phases, stores } = kernel;
  if (phases.length > 0 || stores.length !== 1) return undefined;
  const own = variables(axes);
  return stores[0].index.every((at, axis) => at === own[axis]) ? stores[0] : undefined;
}

/**
 * Computes a map anew wherever it is read, where all its readers can bind what it reads, and it can be seen that they
 * read it within bounds. @returns whether they do
 */
export function inline(graph: KernelGraph, node: KernelNode, store: Store, limits: FusionLimits): boolean {
  const { tensor, expr } = store;
  if (graph.isKept(tensor)) return false;
  const substituted = new Rewriting({
    element: (read, index) =>
      read === tensor ? new Rewriting({ axis: (axis) => index[axis] }).expr(expr) : undefined,
  });
  const readers = new Map<KernelNode, Kernel>();
  for (const reader of graph.readersOf(tensor)) {
    const kernel = rewritten(reader.kernel, substituted);
    if (!graph.canRead(reader, node.reads)) return false;
    if (!fits(kernel, limits, [tensor]) || !isWellFormed(kernel)) return false;
    readers.set(reader, kernel);
  }
  graph.dissolve(node, readers);
  return true;
}

/** How often a kernel evaluates elements of a tensor. */
export function evaluations(kernel: Kernel, tensor: Tensor): number {
  const { axes, over, phases, stores } = kernel;
  const [points, terms] = [elementCount(axes), elementCount(axes) * elementCount(over)];
  const inSums = phases
    .flat()
    .flatMap((reduction) => reducedBy(reduction).map((expr) => ({ expr, times: terms })));
  const inStores = stores.map((store) => ({
    expr: store.expr,
    times: isElementStore(kernel, store) ? terms : points,
  }));
  return [...inSums, ...inStores].reduce((sum, { expr, times }) => sum + times * loadsOf(expr, tensor), 0);
}

function loadsOf(expr: Expr, tensor: Tensor): number {
  return [...subexpressions([expr])].filter((part) => part.kind === 'load' && part.tensor === tensor).length;
}
