import type { Index, Tensor } from '../../ir/loopForm.js';
import { elementCount, sameShape } from '../../ir/tensorType.js';
import { variables } from '../indices.js';
import type { Kernel } from '../kernel.js';
import { addEpilogue, loadsOf } from './epilogues.js';
import { joined } from './join.js';
import type { KernelGraph, KernelNode } from './kernelGraph.js';
import { type FusionLimits, fits } from './limits.js';
import { axesIn } from './points.js';

/** Whether a kernel reduces rows to numbers: its maps and folds of these are work of the row. */
export function isRow({ phases }: Kernel): boolean {
  return phases.length > 0 && phases.flat().every(({ op }) => op !== 'product');
}

/**
 * Work on rows goes to the kernel that reduces them: other sums of the same row, those that need the first one's result
 * as later phases, such as the variance after the mean; and what is computed for each row of these, such as a norm's
 * factor and its running statistics.
 */
export function gatherRows(graph: KernelGraph, limits: FusionLimits): void {
  for (const tensor of graph.computed()) {
    let row = graph.producerOf(tensor);
    while (row !== undefined && isRow(row.kernel)) row = extended(graph, row, limits);
  }
}

/** The kernel of a row with one more kernel's work; undefined where there is none to add. */
function extended(graph: KernelGraph, row: KernelNode, limits: FusionLimits): KernelNode | undefined {
  for (const reader of graph.readersAfter(row)) {
    const made = isRow(reader.kernel)
      ? haveTerms(row, reader) && addSums(graph, row, reader, limits)
      : addOfRow(graph, row, reader, limits);
    if (made) return made;
  }
  for (const sibling of siblings(graph, row)) {
    const made = addSums(graph, row, sibling, limits);
    if (made !== undefined) return made;
  }
  return undefined;
}

/**
 * Rows of equal shape of which one's results depend on the other's, such as the gradients of a parameter by two passes
 * through a network, which are added up: one kernel for both, where that binds no more tensors than a device does.
 */
export function joinRows(graph: KernelGraph, limits: FusionLimits): void {
  for (const tensor of graph.computed()) {
    let row = graph.producerOf(tensor);
    while (row !== undefined && isRow(row.kernel)) {
      const first = row;
      const readers = graph.readersAfter(first).filter(({ kernel }) => isRow(kernel));
      row = undefined;
      for (const reader of readers) row ??= addSums(graph, first, reader, limits);
    }
  }
}

/** Kernels that reduce rows of a tensor whose rows this one reduces too. */
function siblings(graph: KernelGraph, row: KernelNode): KernelNode[] {
  const readers = termsOf(row).flatMap((tensor) => graph.readersOf(tensor));
  return graph.byPlace(new Set(readers)).filter((node) => node !== row && isRow(node.kernel));
}

/** The tensors of whose elements rows consist. */
function termsOf({ kernel, reads }: KernelNode): Tensor[] {
  const along = ({ index }: { readonly index: readonly Index[] }) =>
    [...axesIn(index)].some((axis) => axis >= kernel.axes.length);
  return reads.filter((tensor) => loadsOf(kernel, tensor).some(along));
}

function haveTerms(row: KernelNode, other: KernelNode): boolean {
  const terms = termsOf(other);
  return termsOf(row).some((tensor) => terms.includes(tensor));
}

function addSums(
  graph: KernelGraph,
  row: KernelNode,
  other: KernelNode,
  limits: FusionLimits,
): KernelNode | undefined {
  const { axes, over } = row.kernel;
  if (!sameShape(axes, other.kernel.axes) || !sameShape(over, other.kernel.over)) return undefined;
  if (!graph.canJoin(row, other)) return undefined;
  const both = joined(row.kernel, other.kernel, variables(axes));
  const kernel = both && graph.trimmed(both, [row, other]);
  return kernel && fits(kernel, limits) ? graph.replace([row, other], kernel) : undefined;
}

/** A map of a row's results, unless that is as well computed where it is read. */
function addOfRow(
  graph: KernelGraph,
  row: KernelNode,
  map: KernelNode,
  limits: FusionLimits,
): KernelNode | undefined {
  if (elementCount(map.kernel.axes) !== elementCount(row.kernel.axes)) return undefined;
  const isWanted = map.kernel.stores.some(({ tensor }) => graph.isKept(tensor) || isShared(graph, tensor));
  return isWanted || isOnlyReader(graph, row, map) ? addEpilogue(graph, row, map, limits) : undefined;
}

function isOnlyReader(graph: KernelGraph, row: KernelNode, map: KernelNode): boolean {
  return row.kernel.stores.some(({ tensor }) => {
    const readers = graph.readersOf(tensor);
    return readers.length === 1 && readers[0] === map && !graph.isKept(tensor);
  });
}

/** Whether one element of a tensor is read at many points of a loop. */
function isShared(graph: KernelGraph, tensor: Tensor): boolean {
  return graph.readersOf(tensor).some(({ kernel }) => {
    const open = [...kernel.axes, ...kernel.over].filter((extent) => extent > 1).length;
    return loadsOf(kernel, tensor).some(({ index }) => axesIn(index).size < open);
  });
}
