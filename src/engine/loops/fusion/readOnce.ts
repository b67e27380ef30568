import { elementCount } from '../../ir/tensorType.js';
import { evaluations, inline, onlyMap } from './inline.js';
import type { KernelGraph } from './kernelGraph.js';
import type { FusionLimits } from './limits.js';

/** Maps whose elements are read once, by one reader or by several that share them out, are computed where that is. */
export function inlineWhatIsReadOnce(graph: KernelGraph, limits: FusionLimits): void {
  for (const tensor of graph.computed()) {
    const node = graph.producerOf(tensor);
    const store = node && onlyMap(node);
    if (store === undefined) continue;
    const readings = graph.readersOf(tensor).map(({ kernel }) => evaluations(kernel, tensor));
    const total = readings.reduce((sum, count) => sum + count, 0);
    if (total <= elementCount(tensor.type.shape)) inline(graph, node!, store, limits);
  }
}
