import type { Expr, Index, Tensor } from '../ir/loopForm.js';
import { elementCount } from '../ir/tensorType.js';
import type { HostStep } from '../ir/value.js';
import { expressionsIn, type Kernel } from './kernel.js';
import { atomsOf, indicesOf, subexpressions } from './operands.js';
import type { Task } from './task.js';

/** The work of one run of a program, or of one of its tasks, known before anything is run. */
export interface Costs {
  readonly kernels: number;
  /** Read and written: of each tensor the elements that a kernel touches count once in it, however often it reads them. */
  readonly bytes: number;
  /** Additions and multiplications of products count as two, any other operation on floats as one. */
  readonly operations: number;
}

/** Adam reads parameter, gradient and two moments, and writes all but the gradient. */
const ADAM_ARRAYS = 7;
/** Of one element: m, v, the step and its division by √v. */
const ADAM_OPERATIONS = 14;
const FLOAT_BYTES = 4;

/** The costs of all tasks: an optimiser's update is one kernel (without clipping, averages and accumulation). */
export function costsOf(tasks: readonly Task[]): Costs {
  return tasks
    .map((task) => {
      if (task.kind === 'allReduce') return { kernels: 0, bytes: 0, operations: 0 };
      return task.kind === 'kernel' ? kernelCosts(task.kernel) : updateCosts(task.step);
    })
    .reduce((sum, { kernels, bytes, operations }) => ({
      kernels: sum.kernels + kernels,
      bytes: sum.bytes + bytes,
      operations: sum.operations + operations,
    }));
}

function kernelCosts(kernel: Kernel): Costs {
  return { kernels: 1, bytes: bytesOf(kernel), operations: operationsOf(kernel) };
}

function updateCosts({ states }: HostStep): Costs {
  const parameters = states.reduce((sum, { type }) => sum + elementCount(type.shape), 0);
  const bytes = parameters * ADAM_ARRAYS * FLOAT_BYTES;
  return { kernels: 1, bytes, operations: parameters * ADAM_OPERATIONS };
}

function bytesOf(kernel: Kernel): number {
  const touched = new Map<Tensor, number>();
  const touch = (tensor: Tensor, index: readonly Index[]) =>
    touched.set(tensor, (touched.get(tensor) ?? 0) + pointsOf(index));
  for (const expr of subexpressions(expressionsIn(kernel))) {
    if (expr.kind === 'load') touch(expr.tensor, expr.index);
    for (const atom of indicesOf(expr).flatMap(atomsOf)) {
      if (atom.kind === 'data') touch(atom.tensor, atom.index);
    }
  }
  const read = [...touched].map(
    ([tensor, elements]) => Math.min(elements, elementsOf(tensor)) * bytesEach(tensor),
  );
  const written = kernel.stores.map(({ tensor }) => elementsOf(tensor) * bytesEach(tensor));
  return [...read, ...written].reduce((sum, bytes) => sum + bytes, 0);
}

/** An expression is evaluated once for each point of the axes that it names: of what is loaded in tiles, once for all. */
function operationsOf(kernel: Kernel): number {
  const { axes, over, phases } = kernel;
  const terms = elementCount(axes) * elementCount(over);
  const sums = phases.flat().reduce((sum, { op }) => sum + (op === 'product' ? 2 : 1) * terms, 0);
  const roots = expressionsIn(kernel);
  return roots.reduce((sum, root) => {
    const parts = [...subexpressions([root])];
    const points = parts.some(({ kind }) => kind === 'acc')
      ? Math.max(elementCount(axes), pointsOf(parts.flatMap(indicesOf)))
      : pointsOf(parts.flatMap(indicesOf));
    return sum + points * parts.filter(isOperation).length;
  }, sums);
}

/** Points of the axes that indices name: so many elements they reach at most. */
function pointsOf(indices: readonly Index[]): number {
  const extents = new Map<number, number>();
  for (const atom of indices.flatMap(atomsOf)) {
    if (atom.kind === 'variable') extents.set(atom.axis, atom.extent);
  }
  return elementCount([...extents.values()]);
}

/** Whether it computes with floats: what is a constant, an element or a choice by index does not. */
function isOperation({ kind }: Expr): boolean {
  return kind === 'unary' || kind === 'binary' || kind === 'positive';
}

function elementsOf({ type }: Tensor): number {
  return elementCount(type.shape);
}

/** Bytes lie as such where they come from outside; what is computed is f32, or in mixed precision f16. */
function bytesEach({ type, source }: Tensor): number {
  if (type.dtype === 'f16') return 2;
  return type.dtype === 'u8' && source.kind === 'external' ? 1 : FLOAT_BYTES;
}
