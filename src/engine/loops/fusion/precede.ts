import { loadsOf } from './epilogues.js';
import { preceded } from './join.js';
import type { KernelGraph, KernelNode } from './kernelGraph.js';
import { type FusionLimits, fits } from './limits.js';
import { isEachOnce, variablesAt } from './points.js';
import { isRow } from './rows.js';

/**
 * A map that is stored, and whose elements a row kernel goes through, is computed by that kernel: so the parts of a split
 * sum are added up where the sum's mean is taken.
 */
export function addToRows(graph: KernelGraph, limits: FusionLimits): void {
  for (const tensor of graph.computed()) {
    const map = graph.producerOf(tensor);
    if (map === undefined || map.kernel.phases.length > 0) continue;
    for (const reader of graph.readersAfter(map)) {
      if (isRow(reader.kernel) && addToRow(graph, map, reader, limits)) break;
    }
  }
}

function addToRow(graph: KernelGraph, map: KernelNode, row: KernelNode, limits: FusionLimits): boolean {
  const { axes, over } = row.kernel;
  for (const { tensor, index } of map.kernel.stores) {
    for (const load of loadsOf(row.kernel, tensor)) {
      const at = variablesAt(index, tensor.type.shape, map.kernel.axes, load.index);
      if (at === undefined || !isEachOnce(load.index, [...axes, ...over])) continue;
      const both = preceded(row.kernel, map.kernel, at);
      const kernel = both && graph.trimmed(both, [row, map]);
      if (kernel === undefined || !fits(kernel, limits) || !graph.canJoin(map, row)) return false;
      graph.replace([row, map], kernel);
      return true;
    }
  }
  return false;
}
