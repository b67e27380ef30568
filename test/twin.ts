import type { Collective } from '../src/engine/runtime/collective.js';

/** A second process that always has the numbers of this one: every sum is twice them. It notes how many floats it is given. */
export class Twin implements Collective {
  readonly rank = 0;
  readonly size = 2;
  readonly calls: number[][] = [];

  sum(arrays: readonly Float32Array[]): void {
    this.calls.push(arrays.map(({ length }) => length));
    for (const array of arrays) array.set(array.map((x) => 2 * x));
  }
}
