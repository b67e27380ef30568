import type { Expr } from '../../ir/loopForm.js';
import { subexpressions } from '../operands.js';
import { inline, onlyMap } from './inline.js';
import type { KernelGraph } from './kernelGraph.js';
import type { FusionLimits } from './limits.js';
import { axesIn } from './points.js';

/** What may be computed for every element that is loaded. */
const MAX_OPERATIONS = 16;
/** Each of another tensor: what adds up parts that lie in one is stored. Elements that are not shared by a row, such as those of a channel share its mean. */
const MAX_READS = 3;
/** In operations of the simplest kind. */
const DIVISION = 4;

const TRANSCENDENTAL: readonly string[] = ['exp', 'log', 'tanh', 'sigmoid', 'softplus'];
const DIVIDING: readonly string[] = ['div', 'sqrt', 'reciprocal'];

/**
 * Cheap maps are computed whenever one of their elements is loaded, instead of being stored: views, which are indices
 * alone, activations and norms by statistics that are known.
 */
export function inlineWhatIsCheap(graph: KernelGraph, limits: FusionLimits): void {
  for (const tensor of graph.computed()) {
    const node = graph.producerOf(tensor);
    const store = node && onlyMap(node);
    if (store === undefined || !isCheap(store.expr, node!.kernel.axes)) continue;
    inline(graph, node!, store, limits);
  }
}

function isCheap(expr: Expr, axes: readonly number[]): boolean {
  const parts = [...subexpressions([expr])];
  const open = axes.filter((extent) => extent > 1).length;
  const reads = parts.flatMap((part) => (part.kind === 'load' ? [part] : []));
  const large = reads.filter(({ index }) => axesIn(index).size === open);
  const isEachRead = new Set(reads.map(({ tensor }) => tensor)).size === reads.length;
  const operations = parts.reduce((sum, part) => sum + operationsOf(part), 0);
  return operations <= MAX_OPERATIONS && large.length <= MAX_READS && isEachRead;
}

function operationsOf(expr: Expr): number {
  if (expr.kind === 'positive') return 1;
  if (expr.kind !== 'unary' && expr.kind !== 'binary') return 0;
  if (TRANSCENDENTAL.includes(expr.op)) return Number.POSITIVE_INFINITY;
  return DIVIDING.includes(expr.op) ? DIVISION : 1;
}
