/** Every step of some ascending lists once, ascending. */
export function unionOfSteps(lists: readonly (readonly number[])[]): number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

/** The newest of ascending steps that is not after `step`. Undefined where there is none. */
export function stepUpTo(steps: readonly number[], step: number): number | undefined {
  let [from, to] = [0, steps.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (steps[middle] <= step) from = middle + 1;
    else to = middle;
  }
  return steps[from - 1];
}

/** A place on the slider: a step, or the end, where new images are shown as they come. */
export type Place = number | 'newest';

/** The index into ascending steps that a place stands for; -1 where there are none. */
export function indexOfPlace(steps: readonly number[], place: Place): number {
  if (place === 'newest') return steps.length - 1;
  const found = stepUpTo(steps, place);
  return found === undefined ? Math.min(0, steps.length - 1) : steps.indexOf(found);
}

/** The place of an index; the last one is the end and stays it. */
export function placeOfIndex(steps: readonly number[], index: number): Place {
  return index >= steps.length - 1 ? 'newest' : steps[Math.max(0, index)];
}
