import type { Expr, Tensor } from '../../ir/loopForm.js';
import type { Kernel } from '../kernel.js';
import { expressionsIn } from '../kernel.js';
import { subexpressions } from '../operands.js';
import { joined } from './join.js';
import type { KernelGraph, KernelNode } from './kernelGraph.js';
import { type FusionLimits, fits } from './limits.js';
import { variablesAt } from './points.js';

/**
 * Lets a kernel compute, and store, a map of its result at each point where that is known: an epilogue.
 * @returns the kernel that does both, or undefined where the map reads other elements, or they cannot be one
 */
export function addEpilogue(
  graph: KernelGraph,
  first: KernelNode,
  map: KernelNode,
  limits: FusionLimits,
): KernelNode | undefined {
  if (map.kernel.phases.length > 0) return undefined;
  for (const { tensor, index: place } of first.kernel.stores) {
    for (const { index } of loadsOf(map.kernel, tensor)) {
      const axes = variablesAt(index, tensor.type.shape, map.kernel.axes, place);
      if (axes === undefined) continue;
      const both = joined(first.kernel, map.kernel, axes);
      const kernel = both && graph.trimmed(both, [first, map]);
      if (kernel === undefined || !fits(kernel, limits) || !graph.canJoin(first, map)) return undefined;
      return graph.replace([first, map], kernel);
    }
  }
  return undefined;
}

type Load = Extract<Expr, { kind: 'load' }>;

/** Where a kernel reads a tensor. */
export function loadsOf(kernel: Kernel, tensor: Tensor): Load[] {
  return [...subexpressions(expressionsIn(kernel))].filter(
    (expr): expr is Load => expr.kind === 'load' && expr.tensor === tensor,
  );
}

/** Maps that alone read a result: it need not be stored then. */
export function addOnlyReaders(graph: KernelGraph, limits: FusionLimits): void {
  for (const tensor of graph.computed()) {
    const first = graph.producerOf(tensor)!;
    const readers = graph.readersOf(tensor);
    if (readers.length === 1 && !graph.isKept(tensor)) addEpilogue(graph, first, readers[0], limits);
  }
}

/** Maps that are still kernels of their own: each goes to the last kernel whose result it reads where it is known. */
export function addEpilogues(graph: KernelGraph, limits: FusionLimits): void {
  for (const tensor of graph.computed()) {
    const map = graph.producerOf(tensor);
    if (map === undefined || map.kernel.phases.length > 0) continue;
    const producers = new Set(map.reads.flatMap((read) => graph.producerOf(read) ?? []));
    for (const first of graph.byPlace(producers).reverse()) {
      if (addEpilogue(graph, first, map, limits) !== undefined) break;
    }
  }
}
