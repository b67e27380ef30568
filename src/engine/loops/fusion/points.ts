import type { Index } from '../../ir/loopForm.js';
import type { Shape } from '../../ir/tensorType.js';
import { whole } from '../indices.js';
import { atomsOf } from '../operands.js';

/** The axis whose variable an index is, -1 where it is the number 0, undefined where it is anything else. */
export function axisOf({ terms, constant }: Index): number | undefined {
  if (constant !== 0 || terms.length > 1) return undefined;
  if (terms.length === 0) return -1;
  const [{ atom, factor }] = terms;
  return factor === 1 && atom.kind === 'variable' ? atom.axis : undefined;
}

/**
 * What the variables of a loop stand for where an element that it names by them is the one at `place`. Undefined where
 * the loop does not go through all elements one by one: an index is no single variable, or an axis of the loop or of the
 * tensor is left out.
 *
 * @param index of an element of a tensor of extents `shape`, in the loop's variables
 * @param axes of the loop
 * @param place of the same element, in other variables
 */
export function variablesAt(
  index: readonly Index[],
  shape: Shape,
  axes: Shape,
  place: readonly Index[],
): readonly Index[] | undefined {
  const found: (Index | undefined)[] = axes.map((extent) => (extent === 1 ? whole(0) : undefined));
  for (const [i, at] of index.entries()) {
    const axis = axisOf(at);
    if (axis === undefined) return undefined;
    if (axis < 0) {
      if (shape[i] > 1 || axisOf(place[i]) !== -1) return undefined;
      continue;
    }
    if (axes[axis] !== shape[i] || found[axis] !== undefined) return undefined;
    found[axis] = place[i];
  }
  return found.every((at) => at !== undefined) ? (found as Index[]) : undefined;
}

/** Whether an index over loops of these extents is a different one at each of their points. */
export function isEachOnce(index: readonly Index[], extents: Shape): boolean {
  const axes = index.map(axisOf).filter((axis) => axis !== -1);
  const open = extents.flatMap((extent, axis) => (extent > 1 ? [axis] : []));
  return axes.length === open.length && open.every((axis) => axes.includes(axis));
}

/** The axes that indices name. */
export function axesIn(indices: readonly Index[]): Set<number> {
  const axes = new Set<number>();
  for (const atom of indices.flatMap(atomsOf)) if (atom.kind === 'variable') axes.add(atom.axis);
  return axes;
}
