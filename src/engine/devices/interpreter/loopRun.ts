import type { Tensor } from '../../ir/loopForm.js';
import { elementCount } from '../../ir/tensorType.js';
import type { Value } from '../../ir/value.js';
import { kernelOf } from '../../loops/kernel.js';
import { lowerToLoops } from '../../loops/lowerToLoops.js';
import { computedTensors } from '../../loops/operands.js';
import { verifyOrder } from '../../loops/verify.js';
import type { Precision } from './javaScript.js';
import { kernelRun } from './kernelRun.js';

/** Values as kernels over memory of their own: the states', where they are states. */
export class LoopRun {
  private readonly tensors: ReadonlyMap<Value, Tensor>;
  private readonly memory = new Map<Tensor, Float64Array>();
  private readonly done = new Set<Tensor>();

  /**
   * @param values operands first
   * @param given the memory of values that have some elsewhere
   * @throws LoopError when loops are malformed
   */
  constructor(
    values: readonly Value[],
    given: (value: Value) => Float64Array | undefined,
    private readonly precision: Precision,
  ) {
    this.tensors = lowerToLoops(values);
    for (const [value, tensor] of this.tensors) {
      const memory = given(value);
      if (memory !== undefined) this.memory.set(tensor, memory);
    }
  }

  /** The elements of a value, once it has been computed. */
  memoryOf(value: Value): Float64Array {
    return this.memoryOfTensor(this.tensors.get(value)!);
  }

  /** A function that computes values, but for those that earlier such functions compute. */
  computing(values: readonly Value[]): () => void {
    const roots = values.map((value) => this.tensors.get(value)!);
    const kernels = computedTensors(roots, (tensor) => this.done.has(tensor)).map(kernelOf);
    verifyOrder(kernels, (tensor) => this.done.has(tensor));
    for (const { stores } of kernels) for (const { tensor } of stores) this.done.add(tensor);
    const runs = kernels.map((kernel) =>
      kernelRun(kernel, (tensor) => this.memoryOfTensor(tensor), this.precision),
    );
    return () => {
      for (const run of runs) run();
    };
  }

  private memoryOfTensor(tensor: Tensor): Float64Array {
    let memory = this.memory.get(tensor);
    if (memory === undefined) {
      const { source, type } = tensor;
      memory =
        source.kind === 'constant'
          ? Float64Array.from(source.data)
          : new Float64Array(elementCount(type.shape));
      this.memory.set(tensor, memory);
    }
    return memory;
  }
}
