import type { Expr } from '../../../ir/loopForm.js';
import { elementCount } from '../../../ir/tensorType.js';
import { dependenceOf } from '../../../loops/dependence.js';
import { flatten } from '../../../loops/indices.js';
import { isElementStore, type Kernel } from '../../../loops/kernel.js';
import { type Axis, dependenceOn, longAxes, pointsOf } from './countedAxes.js';
import { type Access, accessesOf } from './fourNeighbours.js';
import { placeAt } from './placeAt.js';

/** One side of the matrix that a contraction computes. */
export interface Side {
  readonly axes: readonly Axis[];
  readonly points: number;
  /** The factor of the products that has this side's axes. */
  readonly operand: Expr;
}

/**
 * A contraction as matrix products, rows × columns of sums over `over`, one for each point of `batch`: an axis of one
 * factor alone is a row's or a column's, an axis of both (or of none) of the batch. Columns are the side along which
 * results lie next to each other.
 */
export interface ContractionShape {
  readonly batch: readonly Axis[];
  readonly rows: Side;
  readonly columns: Side;
  readonly over: readonly Axis[];
  readonly terms: number;
}

/** The matrix products that a kernel is; undefined where it is no contraction, or one with vectors, not matrices. */
export function contractionShape(kernel: Kernel): ContractionShape | undefined {
  const product = onlyProduct(kernel);
  if (product === undefined) return;
  const [inA, inB] = [dependenceOf(product.a), dependenceOf(product.b)];
  const axes = longAxes(kernel.axes);
  const only = (one: number, other: number) => axes.filter((axis) => dependenceOn([axis]) & one & ~other);
  const [ofA, ofB] = [only(inA, inB), only(inB, inA)];
  if (ofA.length === 0 || ofB.length === 0) return;
  const side = (axes: readonly Axis[], operand: Expr): Side => ({ axes, points: pointsOf(axes), operand });
  const [a, b] = [side(ofA, product.a), side(ofB, product.b)];
  const [columns, rows] = nearness(kernel, ofA) < nearness(kernel, ofB) ? [a, b] : [b, a];
  return {
    batch: axes.filter((axis) => !ofA.includes(axis) && !ofB.includes(axis)),
    rows,
    columns,
    over: longAxes(kernel.over, kernel.axes.length),
    terms: elementCount(kernel.over),
  };
}

function onlyProduct(kernel: Kernel) {
  const [reduction, ...others] = kernel.phases.flat();
  const isOnly = others.length === 0 && !kernel.stores.some((store) => isElementStore(kernel, store));
  return isOnly && reduction?.op === 'product' ? reduction : undefined;
}

/** The distance in memory between results that are neighbours along one of these axes. */
function nearness({ stores: [{ tensor, index }] }: Kernel, axes: readonly Axis[]): number {
  const factors = flatten(index, tensor.type.shape).terms.flatMap(({ atom, factor }) =>
    atom.kind === 'variable' && axes.some(({ axis }) => axis === atom.axis) ? [Math.abs(factor)] : [],
  );
  return Math.min(Number.POSITIVE_INFINITY, ...factors);
}

/** The axis whose terms come into tiles where the others have loops of their own. */
export function longest(over: readonly Axis[]): Axis {
  return over.reduce((a, b) => (b.extent > a.extent ? b : a));
}

/** Elements in the unit in which GPUs read memory, 32 bytes. */
const SECTOR = 8;

/**
 * Whether neighbouring invocations load a factor along its side, rather than along the terms: whichever touches fewer
 * sectors of memory.
 */
export function isLoadedAlongSide(side: Side, size: number, inner: readonly Axis[], depth: number): boolean {
  return sectorsEach(side, side.axes, size) <= sectorsEach(side, inner, depth);
}

/** Sectors of memory that are loaded for each term, of a factor's part of a tile. */
export function sectorsOf(side: Side, size: number, inner: readonly Axis[], depth: number): number {
  return size * Math.min(sectorsEach(side, side.axes, size), sectorsEach(side, inner, depth));
}

const known = new WeakMap<Expr, Map<string, number>>();

/** Sectors for each element, of so many neighbours along these axes: of the largest tensor of the factor. */
function sectorsEach({ operand }: Side, axes: readonly Axis[], count: number): number {
  const ofOperand = known.get(operand) ?? new Map<string, number>();
  known.set(operand, ofOperand);
  const key = `${count} along ${axes.map(({ axis }) => axis)}`;
  const sectors = ofOperand.get(key) ?? countSectors(operand, axes, count);
  ofOperand.set(key, sectors);
  return sectors;
}

function countSectors(operand: Expr, axes: readonly Axis[], count: number): number {
  const accesses = accessesOf([operand]);
  if (accesses.length === 0) return 0;
  const { place } = accesses.reduce((a, b) => (sizeOf(b) > sizeOf(a) ? b : a));
  const number = Math.min(count, pointsOf(axes));
  const sectors = new Set<number>();
  for (let i = 0; i < number; i++) sectors.add(Math.floor(placeAt(place, axes, i) / SECTOR));
  return sectors.size / number;
}

const sizeOf = ({ tensor }: Access): number => elementCount(tensor.type.shape);
