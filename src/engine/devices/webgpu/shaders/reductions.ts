import type { ExpressionWriter } from '../../../loops/expressionWriter.js';
import { isElementStore, type Kernel, type Reduction, reducedBy, type Store } from '../../../loops/kernel.js';

/** A reduction with the name of its accumulator. */
export interface Numbered {
  readonly reduction: Reduction;
  readonly acc: string;
}

/** Phases with the names of their accumulators. */
export function numbered({ phases }: Kernel): Numbered[][] {
  let known = 0;
  return phases.map((phase) => phase.map((reduction) => ({ reduction, acc: `acc${known++}` })));
}

/** What an accumulator begins with. */
export const firstOf = ({ op }: Reduction) => (op === 'max' ? '-3.4028234e38f' : '0f');
export const joined = ({ op }: Reduction, a: string, b: string) =>
  op === 'max' ? `max(${a}, ${b})` : `${a} + ${b}`;

/** What a reduction adds, or takes the maximum of. */
export function termOf(expressions: ExpressionWriter, reduction: Reduction): string {
  return reducedBy(reduction)
    .map((expr) => expressions.expr(expr))
    .join(' * ');
}

/** Stores once for a row, and those for each of its terms. */
export function storesOf(kernel: Kernel): { ofRow: Store[]; ofTerm: Store[] } {
  const isOfTerm = (store: Store) => isElementStore(kernel, store);
  return {
    ofRow: kernel.stores.filter((store) => !isOfTerm(store)),
    ofTerm: kernel.stores.filter(isOfTerm),
  };
}
