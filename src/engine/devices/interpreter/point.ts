import type { Shape } from '../../ir/tensorType.js';

/** The point of a loop nest that is being evaluated, and since when each of its axes stands where it does. */
export class Point {
  /** The variables of the axes. */
  readonly at: Int32Array;
  /** Changes at i + 1 whenever axis i, or one outside of it, moves; at 0 with each run of the loops. */
  private readonly moves: Float64Array;

  /**
   * @param axes the outer axes
   * @param over those within them
   */
  constructor(
    private readonly axes: Shape,
    private readonly over: Shape,
  ) {
    const rank = axes.length + over.length;
    this.at = new Int32Array(rank);
    this.moves = new Float64Array(rank + 1);
  }

  /** The last of the outer axes; -1 where there are none. */
  get outer(): number {
    return this.axes.length - 1;
  }

  /** The last of all axes; -1 where there are none. */
  get innermost(): number {
    return this.at.length - 1;
  }

  /** The same value, computed anew when one of the axes up to `level` has moved. */
  kept(evaluate: () => number, level: number): () => number {
    const { moves } = this;
    let since = -1;
    let value = 0;
    return () => {
      if (moves[level + 1] !== since) {
        since = moves[level + 1];
        value = evaluate();
      }
      return value;
    };
  }

  /** A run of the loops of the outer axes around `body`. */
  overAxes(body: () => void): () => void {
    const loops = this.nest(this.axes, 0, body);
    return () => {
      this.moves[0]++;
      loops();
    };
  }

  /** The loops of the inner axes around `body`. */
  overInner(body: () => void): () => void {
    return this.nest(this.over, this.axes.length, body);
  }

  private nest(extents: Shape, first: number, body: () => void): () => void {
    const { at, moves } = this;
    return extents.reduceRight((inner, extent, i) => {
      const axis = first + i;
      return () => {
        for (let index = 0; index < extent; index++) {
          at[axis] = index;
          moves[axis + 1]++;
          inner();
        }
      };
    }, body);
  }
}
