import type { Expr, Tensor } from '../ir/loopForm.js';
import { elementCount } from '../ir/tensorType.js';
import { load, unaryExpr } from './expressions.js';
import { isElementStore, type Kernel, type Reduction, type Store } from './kernel.js';
import { Rewriting } from './substitute.js';
import type { Schedule, Task } from './task.js';
import { asHalf } from './tensors.js';

/** Whether a device can store a kernel's result as 16-bit floats: it may not be able to touch half a word. */
export type CanStoreHalf = (kernel: Kernel, store: Store) => boolean;

/** Smaller tensors cost nothing to move. */
const MIN_ELEMENTS = 2 ** 10;
/** Sums of fewer products are left alone: they are no layers of networks, but conversions of colours and the like. */
const MIN_TERMS = 16;

/**
 * The same schedule in mixed precision: large results that pass from kernel to kernel are stored as 16-bit floats, and the
 * factors of long sums of products are rounded to such, while everything is computed, and summed, in 32 bits. Whoever
 * reads a result sees it as it is stored, in the kernel that computes it too.
 */
export function inMixedPrecision(schedule: Schedule, canStoreHalf: CanStoreHalf): Schedule {
  const halves = halfTensors(schedule, canStoreHalf);
  const tasks = schedule.tasks.map(
    (task): Task => (task.kind === 'kernel' ? { ...task, kernel: inHalves(task.kernel, halves) } : task),
  );
  return { ...schedule, tasks };
}

/**
 * Which tensors of a schedule are stored as 16-bit floats: activations and their gradients. Those stay as they are that
 * leave the program, such as losses; that host steps read, the gradients of parameters, and sums over processes; small
 * ones; sums, such as statistics; and the parts of a sum of products, which are no value of the program.
 */
function halfTensors(schedule: Schedule, canStoreHalf: CanStoreHalf): ReadonlySet<Tensor> {
  const { tensors, tasks, leaving } = schedule;
  const values = new Set(tensors.values());
  const read = tasks.flatMap((task) => {
    if (task.kind === 'allReduce') return task.step.values.flatMap(({ operands }) => operands);
    return task.kind === 'host' ? task.step.inputs : [];
  });
  const kept = new Set([...leaving, ...read.map((value) => tensors.get(value)!)]);
  const found = new Set<Tensor>();
  for (const task of tasks) {
    if (task.kind !== 'kernel') continue;
    for (const store of task.kernel.stores) {
      const { tensor } = store;
      const isPartial = isProduct(task.kernel) && !values.has(tensor);
      if (!isLarge(tensor) || isPartial || kept.has(tensor) || isSum(task.kernel, store)) continue;
      if (canStoreHalf(task.kernel, store)) found.add(tensor);
    }
  }
  return found;
}

/** Whether it is no number a channel, such as a scale. */
function isLarge({ type: { shape, dtype } }: Tensor): boolean {
  return dtype === 'f32' && elementCount(shape) >= MIN_ELEMENTS && elementCount(shape.slice(-2)) > 1;
}

const isProduct = ({ phases }: Kernel) => phases.flat().some(({ op }) => op === 'product');

/** Whether a store is made once for a row, of whose elements there is a sum or a maximum. */
function isSum(kernel: Kernel, store: Store): boolean {
  return kernel.phases.length > 0 && !isProduct(kernel) && !isElementStore(kernel, store);
}

/** A kernel that reads and stores these tensors as 16-bit floats, and multiplies such. */
export function inHalves(kernel: Kernel, halves: ReadonlySet<Tensor>): Kernel {
  const stored = new Set(kernel.stores.flatMap(({ tensor, expr }) => (halves.has(tensor) ? [expr] : [])));
  const rewriting = new Rewriting({
    element: (tensor, index) => (halves.has(tensor) ? load(asHalf(tensor), index) : undefined),
    result: (from, to) => (stored.has(from) ? half(to) : to),
  });
  const isLong = elementCount(kernel.over) >= MIN_TERMS;
  const reduced = (reduction: Reduction): Reduction => {
    if (reduction.op !== 'product') return { ...reduction, expr: rewriting.expr(reduction.expr) };
    const [a, b] = [reduction.a, reduction.b].map((factor) => rewriting.expr(factor));
    return isLong ? { op: 'product', a: half(a), b: half(b) } : { op: 'product', a, b };
  };
  return {
    ...kernel,
    phases: kernel.phases.map((phase) => phase.map(reduced)),
    stores: kernel.stores.map(({ tensor, index, expr }) => {
      return { tensor: halves.has(tensor) ? asHalf(tensor) : tensor, index, expr: rewriting.expr(expr) };
    }),
  };
}

/** An expression rounded to a 16-bit float, if it is not one anyway. */
function half(expr: Expr): Expr {
  return isHalf(expr) ? expr : unaryExpr('half', expr);
}

/** Whether an expression's value surely is a 16-bit float. */
export function isHalf(expr: Expr): boolean {
  switch (expr.kind) {
    case 'load':
      return expr.tensor.type.dtype === 'f16';
    case 'unary':
      return expr.op === 'half' || ((expr.op === 'neg' || expr.op === 'abs') && isHalf(expr.x));
    case 'select':
    case 'positive':
      return isHalf(expr.x) && isHalf(expr.y);
    case 'const':
      return expr.value === 0;
    default:
      return false;
  }
}
