import type { Tensor } from '../../ir/loopForm.js';
import type { HostStep, Value } from '../../ir/value.js';
import { expressionsIn, type Kernel } from '../kernel.js';
import { tensorsIn } from '../operands.js';
import type { Task } from '../task.js';

/** A kernel of a graph, and the tensors that it reads. */
export interface KernelNode {
  readonly kernel: Kernel;
  readonly name: string;
  readonly reads: readonly Tensor[];
}

/** What is no kernel: a host step gives new values to states, whose old ones are gone then; an all-reduce gives sums. */
interface StepNode {
  readonly task: Exclude<Task, { kind: 'kernel' }>;
  readonly reads: readonly Tensor[];
  readonly gives: readonly Tensor[];
}

type Node = KernelNode | StepNode;

const isKernel = (node: Node | undefined): node is KernelNode => node !== undefined && 'kernel' in node;

/**
 * The tasks of a program by what they read and store, while kernels are joined, rewritten and left out. It knows what
 * has to come before what, and gives the tasks in an order that respects it.
 */
export class KernelGraph {
  /** With the places that they had in the order that was given. */
  private readonly places = new Map<Node, number>();
  private readonly producers = new Map<Tensor, Node>();
  private readonly readers = new Map<Tensor, Set<Node>>();
  /** One after another, in the same order in all processes. */
  private readonly steps: StepNode[] = [];
  /** The step after which a state's old value is gone. */
  private readonly overwritten = new Map<Tensor, StepNode>();

  /**
   * @param tasks in an order in which they can run
   * @param leaving what is wanted of the program, besides what its steps between kernels read
   */
  constructor(
    tasks: readonly Task[],
    tensors: ReadonlyMap<Value, Tensor>,
    private readonly leaving: ReadonlySet<Tensor>,
  ) {
    for (const [place, task] of tasks.entries()) {
      if (task.kind === 'kernel') this.insert(kernelNode(task.kernel, task.name), place);
      else this.insert(this.stepNode(task, tensors), place);
    }
  }

  private stepNode(task: StepNode['task'], tensors: ReadonlyMap<Value, Tensor>): StepNode {
    const tensorOf = (value: Value) => tensors.get(value)!;
    const node: StepNode =
      task.kind === 'allReduce'
        ? {
            task,
            reads: task.step.values.flatMap(({ operands }) => operands.map(tensorOf)),
            gives: task.step.values.map(tensorOf),
          }
        : { task, reads: task.step.inputs.map(tensorOf), gives: updatedBy(task.step, tensors) };
    if (task.kind === 'host') {
      const { states, lossScale } = task.step;
      for (const [{ source }, tensor] of tensors) {
        const isOld =
          source.kind === 'state' && (states.includes(source.state) || lossScale === source.state);
        if (isOld) this.overwritten.set(tensor, node);
      }
    }
    this.steps.push(node);
    return node;
  }

  private insert(node: Node, place: number): void {
    this.places.set(node, place);
    for (const tensor of storedBy(node)) this.producers.set(tensor, node);
    for (const tensor of node.reads) {
      const readers = this.readers.get(tensor) ?? new Set();
      this.readers.set(tensor, readers.add(node));
    }
  }

  private remove(node: Node): void {
    this.places.delete(node);
    for (const tensor of node.reads) this.readers.get(tensor)!.delete(node);
    for (const tensor of storedBy(node)) {
      if (this.producers.get(tensor) === node) this.producers.delete(tensor);
    }
  }

  /** Puts one kernel in the place of several, with the first one's name. */
  replace([first, ...others]: readonly KernelNode[], kernel: Kernel): KernelNode {
    const place = this.places.get(first)!;
    for (const node of [first, ...others]) this.remove(node);
    const node = kernelNode(kernel, first.name);
    this.insert(node, place);
    return node;
  }

  /** Takes out a map whose readers have been rewritten so that each computes it anew. */
  dissolve(map: KernelNode, readers: ReadonlyMap<KernelNode, Kernel>): void {
    for (const [reader, kernel] of readers) this.replace([reader], kernel);
    this.remove(map);
  }

  /** What a kernel that is to replace others must store: what the rest of the program reads. */
  trimmed(kernel: Kernel, replaced: readonly KernelNode[]): Kernel {
    const isRead = (tensor: Tensor) =>
      this.isKept(tensor) || this.readersOf(tensor).some((reader) => !replaced.includes(reader));
    return { ...kernel, stores: kernel.stores.filter(({ tensor }) => isRead(tensor)) };
  }

  /** Whether a tensor leaves the program, or a step between kernels reads it: it has to be stored. */
  isKept(tensor: Tensor): boolean {
    return this.leaving.has(tensor) || [...(this.readers.get(tensor) ?? [])].some((node) => !isKernel(node));
  }

  /** The kernel that stores a tensor: none for what comes from outside. */
  producerOf(tensor: Tensor): KernelNode | undefined {
    const node = this.producers.get(tensor);
    return isKernel(node) ? node : undefined;
  }

  /** The kernels that read a tensor. */
  readersOf(tensor: Tensor): KernelNode[] {
    return [...(this.readers.get(tensor) ?? [])].filter(isKernel);
  }

  /** The kernels that read what a kernel stores, the first first. */
  readersAfter(node: KernelNode): KernelNode[] {
    return this.byPlace(new Set(storedBy(node).flatMap((tensor) => this.readersOf(tensor))));
  }

  /** Kernels in the order that was given. */
  byPlace(nodes: ReadonlySet<KernelNode>): KernelNode[] {
    return [...nodes].sort((a, b) => this.places.get(a)! - this.places.get(b)!);
  }

  /** Whether a kernel can read what another one reads: no state that is updated before it. */
  canRead(reader: KernelNode, reads: readonly Tensor[]): boolean {
    return reads.every((tensor) => {
      const step = this.overwritten.get(tensor);
      return step === undefined || !this.leads(step, reader, false);
    });
  }

  /** Whether two kernels can be one: nothing has to run between them, and `second` does not come before `first`. */
  canJoin(first: KernelNode, second: KernelNode): boolean {
    return !this.leads(first, second, true) && !this.leads(second, first, false);
  }

  /** Whether something must run before something else. @param isIndirect by way of a third */
  private leads(from: Node, to: Node, isIndirect: boolean): boolean {
    const pending = [...this.followers(from)].filter((node) => !isIndirect || node !== to);
    const seen = new Set(pending);
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (node === to) return true;
      for (const next of this.followers(node)) {
        if (seen.has(next)) continue;
        seen.add(next);
        pending.push(next);
      }
    }
    return false;
  }

  /** What has to run after a node and directly depends on it. */
  private *followers(node: Node): Iterable<Node> {
    for (const tensor of storedBy(node)) yield* this.readers.get(tensor) ?? [];
    if (!isKernel(node)) {
      yield* this.steps.slice(this.steps.indexOf(node) + 1);
      return;
    }
    for (const tensor of this.overwritten.size > 0 ? node.reads : []) {
      const step = this.overwritten.get(tensor);
      if (step !== undefined) yield step;
    }
  }

  /** What has to run before a node. */
  private precursors(node: Node): Node[] {
    const producers = node.reads.flatMap((tensor) => this.producers.get(tensor) ?? []);
    if (isKernel(node)) return producers;
    const old = [...this.overwritten].filter(([, step]) => step === node);
    const readers = old.flatMap(([tensor]) => this.readersOf(tensor));
    return [...producers, ...readers, ...this.steps.slice(0, this.steps.indexOf(node))];
  }

  /** Everything in an order in which it can run, as near to the one that was given as that allows. */
  private ordered(): Node[] {
    const order: Node[] = [];
    const seen = new Set<Node>();
    const visit = (node: Node): void => {
      if (seen.has(node)) return;
      seen.add(node);
      this.precursors(node).forEach(visit);
      order.push(node);
    };
    const byPlace = [...this.places].sort(([, a], [, b]) => a - b);
    for (const [node] of byPlace) visit(node);
    return order;
  }

  /** The tensors that kernels store, in an order in which they can be computed. */
  computed(): Tensor[] {
    return this.ordered().filter(isKernel).flatMap(storedBy);
  }

  tasks(): Task[] {
    return this.ordered().map((node) =>
      isKernel(node) ? { kind: 'kernel', kernel: node.kernel, name: node.name } : node.task,
    );
  }
}

function kernelNode(kernel: Kernel, name: string): KernelNode {
  return { kernel, name, reads: tensorsIn(expressionsIn(kernel)) };
}

function storedBy(node: Node): readonly Tensor[] {
  return isKernel(node) ? node.kernel.stores.map(({ tensor }) => tensor) : node.gives;
}

/** States as a host step leaves them. */
function updatedBy(step: HostStep, tensors: ReadonlyMap<Value, Tensor>): Tensor[] {
  return [...tensors].flatMap(([{ source }, tensor]) =>
    source.kind === 'updated' && source.by === step ? [tensor] : [],
  );
}
