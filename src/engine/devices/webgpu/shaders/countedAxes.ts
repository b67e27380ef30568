import type { Shape } from '../../../ir/tensorType.js';
import { Block, type Counted, type Dependence, ofAxis } from '../../../loops/block.js';
import type { Language } from '../../../loops/expressionWriter.js';

/** An axis of a kernel that is longer than one element. */
export interface Axis {
  readonly axis: number;
  readonly extent: number;
}

/** Axes from `first` on, but those of one element. */
export function longAxes(extents: Shape, first = 0): Axis[] {
  return extents.flatMap((extent, i) => (extent === 1 ? [] : [{ axis: first + i, extent }]));
}

export function pointsOf(axes: readonly Axis[]): number {
  return axes.reduce((product, { extent }) => product * extent, 1);
}

export function dependenceOn(axes: readonly Axis[]): Dependence {
  return axes.reduce((all, { axis }) => all | ofAxis(axis), 0);
}

/** The code of the whole number that counts the points of some axes, from `number`, an u32 that counts those of all. */
function runCode(axes: readonly Axis[], number: string, first: number, last: number): string {
  const stride = pointsOf(axes.slice(last + 1));
  const quotient = stride === 1 ? number : `${number} / ${stride}u`;
  return `i32(${first === 0 ? quotient : `${quotient} % ${pointsOf(axes.slice(first, last + 1))}u`})`;
}

interface CountedParts {
  readonly prefix: string;
  readonly language: Language;
  readonly parents: readonly Block[];
  readonly axes: readonly Axis[];
  /** The u32 that counts their points. */
  readonly number: string;
  /** Known there besides. */
  readonly own?: Dependence;
}

/** A block that knows the axes whose points a number counts. */
export function countedBlock({ axes, number, own = 0, ...parts }: CountedParts): Block {
  const counted: Counted = { axes, run: (first, last) => runCode(axes, number, first, last) };
  return new Block({ ...parts, own: dependenceOn(axes) | own, counted });
}

/** Blocks for four neighbouring points, and one for what they have in common. */
export interface Four {
  readonly common: Block;
  readonly each: readonly Block[];
}

/**
 * Four neighbours along the innermost axes, from number `suffix` of the axes on: `number` counts up to the first of them,
 * and 4 divides it and the points of these axes, so that all other variables are the same for all four.
 */
export function fourBlocks(parts: CountedParts & { readonly suffix: number }): Four {
  const { axes, number, suffix, own = 0, prefix, language, parents } = parts;
  const outer = axes.slice(0, suffix);
  const common: Block = new Block({
    ...{ prefix, language, parents, own: dependenceOn(outer) | own },
    counted: { axes, run: (first, last) => runCode(axes, number, first, last) },
  });
  const start = (first: number, last: number) => {
    const key = `first of ${first} ... ${last}`;
    return common.find(key) ?? common.define(key, runCode(axes, number, first, last));
  };
  const each = [0, 1, 2, 3].map((i) => {
    const run: Counted['run'] = (first, last) => {
      if (last < axes.length - 1) return runCode(axes, number, first, last);
      return `${start(first, last)}${i === 0 ? '' : ` + ${i}`}`;
    };
    return new Block({
      ...{ prefix: `${prefix}${'abcd'[i]}`, language, parents: [common] },
      ...{ own: dependenceOn(axes.slice(suffix)), counted: { axes, run } },
    });
  });
  return { common, each };
}
