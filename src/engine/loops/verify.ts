import type { Expr, Index, Range, Tensor } from '../ir/loopForm.js';
import { formatType, type Shape } from '../ir/tensorType.js';
import { boundsUnder } from './bounds.js';
import { expressionsIn, isElementStore, type Kernel, kernelOf, reducedBy, type Store } from './kernel.js';
import { LoopError } from './loopError.js';
import { atomsOf, computedTensors, indicesOf, partsOf, subexpressions, tensorsIn } from './operands.js';
import { defaultName, formatIndex, formatKernel } from './print.js';

/** Checks the loops by which an op's result is computed from its operands: see `verifyKernel`. */
export function verifyTensor(op: string, result: Tensor, operands: readonly Tensor[]): void {
  for (const tensor of computedTensors([result], (known) => operands.includes(known))) {
    verifyKernel(op, kernelOf(tensor));
  }
}

/**
 * Checks that a kernel says what it computes: variables belong to its axes, tensors are read with one index for each
 * of their axes and only where they have elements, accumulators are read after they are known, and of every result
 * each element is stored once.
 * @param op what has made it, for errors
 * @throws LoopError
 */
export function verifyKernel(op: string, kernel: Kernel): void {
  new Verifier(op, kernel).verify();
}

/** Whether a kernel is as it should be. */
export function isWellFormed(kernel: Kernel): boolean {
  try {
    verifyKernel('', kernel);
    return true;
  } catch (error) {
    if (error instanceof LoopError) return false;
    throw error;
  }
}

class Verifier {
  private readonly extents: Shape;

  constructor(
    private readonly op: string,
    private readonly kernel: Kernel,
  ) {
    this.extents = [...kernel.axes, ...kernel.over];
  }

  verify(): void {
    const { phases, stores, axes } = this.kernel;
    let known = 0;
    for (const phase of phases) {
      for (const reduction of phase) {
        for (const expr of reducedBy(reduction)) this.checkExpr(expr, this.extents, known);
      }
      known += phase.length;
    }
    for (const store of stores) {
      const extents = isElementStore(this.kernel, store) ? this.extents : axes;
      this.checkExpr(store.expr, extents, known);
      this.checkStore(store, extents);
    }
  }

  private checkExpr(root: Expr, extents: Shape, known: number): void {
    for (const expr of subexpressions([root])) {
      for (const index of indicesOf(expr)) this.checkVariables(index, extents);
      if (expr.kind === 'acc' && !(expr.of >= 0 && expr.of < known)) {
        this.fail(`accumulator ${expr.of} is read, where ${known} are known`);
      }
    }
    this.checkLoads(root, []);
  }

  private checkVariables(index: Index, extents: Shape): void {
    for (const atom of atomsOf(index)) {
      if (atom.kind === 'data') this.checkElement(atom.tensor, atom.index, []);
      if (atom.kind !== 'variable' || extents[atom.axis] === atom.extent) continue;
      this.fail(`a variable of axis ${atom.axis} with ${atom.extent} elements is read`, {
        axes: `[${extents.join(',')}]`,
      });
    }
  }

  /** Within a guarded expression, the guards say more about an index than its own bounds. */
  private checkLoads(expr: Expr, guards: readonly Range[], seen = new Set<Expr>()): void {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.kind === 'load') this.checkElement(expr.tensor, expr.index, guards);
    if (expr.kind === 'select') {
      this.checkLoads(expr.x, [...guards, ...expr.where]);
      this.checkLoads(expr.y, guards, seen);
    } else for (const part of partsOf(expr)) this.checkLoads(part, guards, seen);
  }

  private checkElement(tensor: Tensor, index: readonly Index[], guards: readonly Range[]): void {
    const { shape } = tensor.type;
    const name = defaultName(tensor);
    const facts = { [name]: formatType(tensor.type) };
    if (index.length !== shape.length) {
      this.fail(`${name} has ${shape.length} axes and is read at ${index.length} indices`, facts);
    }
    index.forEach((at, axis) => {
      if (at.low >= 0 && at.high < shape[axis]) return;
      const { low, high } = boundsUnder(at, guards);
      if (low >= 0 && high < shape[axis]) return;
      const read = `${formatIndex(at, this.kernel.axes.length)} is ${low} ... ${high}`;
      const there = `0 ... ${shape[axis] - 1}`;
      const summary = `axis ${axis} of ${name} is read where it has no elements`;
      this.fail(summary, { ...facts, index: read, elements: there }, 'guard it by a range of that index');
    });
  }

  /**
   * Every element once: no axis of the kernel goes into two indices, and each index counts through its axis, like a
   * number through its digits: the fastest variable has the factor 1, and each other one the factor and extent of the
   * one before, multiplied.
   */
  private checkStore({ tensor, index }: Store, extents: Shape): void {
    const { shape } = tensor.type;
    const used = index.flatMap(({ terms }) => terms.map(({ atom }) => atom));
    const open = extents.flatMap((extent, axis) => (extent === 1 ? [] : [axis]));
    const axes = used.map((atom) => (atom.kind === 'variable' ? atom.axis : -1));
    const isEachOnce = [...axes].sort((a, b) => a - b).join() === open.join();
    if (index.length !== shape.length || !isEachOnce || !index.every((at, i) => counts(at, shape[i]))) {
      this.fail('not every element of the result is stored once', {
        result: formatType(tensor.type),
        stored: `[${index.map((at) => formatIndex(at, this.kernel.axes.length)).join(', ')}]`,
        axes: `[${extents.join(',')}]`,
      });
    }
    for (const at of index) this.checkVariables(at, extents);
  }

  private fail(summary: string, facts: Readonly<Record<string, string>> = {}, fix?: string): never {
    throw new LoopError(`${this.op}: ${summary}`, { ...facts, loop: formatKernel(this.kernel) }, fix);
  }
}

/** Whether an index takes each value from 0 to at least `extent` - 1 once. */
function counts({ terms, constant, high }: Index, extent: number): boolean {
  let factor = 1;
  for (const term of [...terms].sort((a, b) => a.factor - b.factor)) {
    if (term.factor !== factor || term.atom.kind !== 'variable') return false;
    factor *= term.atom.extent;
  }
  return constant === 0 && high >= extent - 1;
}

/**
 * Checks that kernels can run in this order: what each reads is given, constant, or stored by one before it, and
 * nothing is stored twice.
 * @throws LoopError
 */
export function verifyOrder(
  kernels: readonly Kernel[],
  isGiven: (tensor: Tensor) => boolean = () => false,
): void {
  const stored = new Set<Tensor>();
  for (const kernel of kernels) {
    const facts = () => ({ kernel: formatKernel(kernel) });
    for (const tensor of tensorsIn(expressionsIn(kernel))) {
      const { kind } = tensor.source;
      if (kind === 'external' || kind === 'constant' || stored.has(tensor) || isGiven(tensor)) continue;
      throw new LoopError(`${defaultName(tensor)} is read before it is computed`, facts());
    }
    for (const { tensor } of kernel.stores) {
      if (stored.has(tensor)) throw new LoopError(`${defaultName(tensor)} is computed twice`, facts());
      stored.add(tensor);
    }
  }
}
