import type { Atom, Index } from '../../../ir/loopForm.js';
import type { Axis } from './countedAxes.js';

/** An index at a point of some axes, given by its number in row-major order, where all other variables are 0. */
export function placeAt(index: Index, axes: readonly Axis[], point: number): number {
  const values = new Map<number, number>();
  let rest = point;
  for (const { axis, extent } of [...axes].reverse()) {
    values.set(axis, rest % extent);
    rest = Math.floor(rest / extent);
  }
  const atom = (of: Atom): number => {
    switch (of.kind) {
      case 'variable':
        return values.get(of.axis) ?? 0;
      case 'div':
        return Math.floor(at(of.index) / of.by);
      case 'mod':
        return at(of.index) - of.by * Math.floor(at(of.index) / of.by);
      case 'abs':
        return Math.abs(at(of.index));
      case 'data':
        return 0;
    }
  };
  const at = ({ terms, constant }: Index): number =>
    terms.reduce((sum, term) => sum + term.factor * atom(term.atom), constant);
  return at(index);
}
