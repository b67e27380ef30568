import type { Tensor } from '../../ir/loopForm.js';
import type { Program } from '../../ir/program.js';
import { elementCount } from '../../ir/tensorType.js';
import type { HostStep, Value } from '../../ir/value.js';
import { type ScheduleOptions, scheduleOf } from '../../loops/schedule.js';
import type { Precision } from './javaScript.js';
import { kernelRun } from './kernelRun.js';

/** A program's tasks over memory of their own: the states', where they are states. */
export class ScheduleRun {
  private readonly tensors: ReadonlyMap<Value, Tensor>;
  private readonly memory = new Map<Tensor, Float64Array>();
  private readonly tasks: readonly ((update: (step: HostStep) => void) => void)[];

  /**
   * @param given the memory of values that have some elsewhere
   * @throws LoopError when loops are malformed, Error as `scheduleOf`
   */
  constructor(
    program: Program,
    given: (value: Value) => Float64Array | undefined,
    precision: Precision,
    options?: ScheduleOptions,
  ) {
    const { tensors, tasks } = scheduleOf(program, options);
    this.tensors = tensors;
    for (const [value, tensor] of tensors) {
      const memory = given(value);
      if (memory !== undefined) this.memory.set(tensor, memory);
    }
    this.tasks = tasks.map((task) => {
      if (task.kind === 'host') return (update) => update(task.step);
      if (task.kind === 'allReduce') throw new Error('this process runs the program alone');
      return kernelRun(task.kernel, (tensor) => this.memoryOfTensor(tensor), precision);
    });
  }

  /** The elements of a value, once it has been computed. */
  memoryOf(value: Value): Float64Array {
    return this.memoryOfTensor(this.tensors.get(value)!);
  }

  /** Runs all tasks. @param update makes a host step */
  run(
    update = (step: HostStep): void => {
      throw new Error(`nobody makes the step ${step.name}`);
    },
  ): void {
    for (const task of this.tasks) task(update);
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
