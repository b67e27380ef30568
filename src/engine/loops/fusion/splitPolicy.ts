import { elementCount } from '../../ir/tensorType.js';
import { type Kernel, reducedBy } from '../kernel.js';
import { indicesOf, subexpressions } from '../operands.js';
import { axesIn } from './points.js';
import type { SplitOf } from './splits.js';

/** Elements of a result along either side that one workgroup computes of a contraction. */
const TILE = 64;
const MAX_SPLITS = 16;
/** Shorter sums are not worth a part of their own. */
const MIN_TERMS = 128;

/** Folds of so few rows are summed in two stages where the rows are as long as this. */
const FEW_ROWS = 16;
const LONG_ROW = 2 ** 14;

/**
 * Splits sums until there is work for so many workgroups, where sums are long enough.
 * @param parallelism workgroups that keep a device busy
 * @param ofContraction a device's own rule for sums of products
 */
export function splitsFor(parallelism: number, ofContraction = splitsOfContraction(parallelism)): SplitOf {
  return (kernel) => {
    const [{ op }] = kernel.phases[0];
    return op === 'product' ? ofContraction(kernel) : stagesOfFold(kernel, parallelism);
  };
}

function splitsOfContraction(parallelism: number): SplitOf {
  return (kernel) => {
    const wanted = Math.ceil(parallelism / tilesOf(kernel));
    return Math.min(MAX_SPLITS, wanted, Math.floor(elementCount(kernel.over) / MIN_TERMS));
  };
}

/** Rows of the result are the axes that the first factor alone has, columns those of the second alone. */
function tilesOf({ axes, phases }: Kernel): number {
  const [a, b] = reducedBy(phases[0][0]).map((expr) =>
    axesIn([...subexpressions([expr])].flatMap(indicesOf)),
  );
  const count = (isIn: (axis: number) => boolean) => elementCount(axes.filter((_, axis) => isIn(axis)));
  const rows = count((axis) => a.has(axis) && !b.has(axis));
  const columns = count((axis) => b.has(axis) && !a.has(axis));
  const batch = count((axis) => a.has(axis) === b.has(axis));
  return batch * Math.ceil(rows / TILE) * Math.ceil(columns / TILE);
}

function stagesOfFold({ axes, over }: Kernel, parallelism: number): number {
  const rows = elementCount(axes);
  if (rows > FEW_ROWS || elementCount(over) < LONG_ROW) return 1;
  return Math.ceil(parallelism / rows);
}
