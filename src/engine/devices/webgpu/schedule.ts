import type { Tensor } from '../../ir/loopForm.js';
import { type Program, valuesOf } from '../../ir/program.js';
import type { HostStep, Value } from '../../ir/value.js';
import { type Kernel, kernelOf } from '../../loops/kernel.js';
import { lowerToLoops } from '../../loops/lowerToLoops.js';
import { computedTensors } from '../../loops/operands.js';
import { verifyOrder } from '../../loops/verify.js';
import { checkComputed, cutProgram } from '../../runtime/segments.js';

/** What runs at one moment of a program. */
export type Task =
  | { readonly kind: 'kernel'; readonly kernel: Kernel; readonly name: string }
  | { readonly kind: 'host'; readonly step: HostStep };

/** A program as tasks that run one after another. */
export interface Schedule {
  readonly tensors: ReadonlyMap<Value, Tensor>;
  readonly tasks: readonly Task[];
}

/**
 * The kernels of a program, every loop of an op one of its own, with its host steps between them.
 * @throws Error when an output is not computed, or a state is read as it was before a step that has updated it
 */
export function scheduleOf(program: Program): Schedule {
  checkComputed(program);
  const tensors = lowerToLoops(valuesOf(program));
  const done = new Set<Tensor>();
  const tasks = cutProgram(program).flatMap(({ segment, hostStep }): Task[] => {
    const together = hostStep?.kind === 'allReduce' ? hostStep.values : []; // this process is alone: they are copies
    const kernels = [...(segment?.body ?? []), ...together].flatMap((value) => {
      const computed = computedTensors([tensors.get(value)!], (tensor) => done.has(tensor));
      for (const tensor of computed) done.add(tensor);
      return computed.map((tensor) => ({ kernel: kernelOf(tensor), name: nameOf(value, tensor) }));
    });
    const tasks = kernels.map((task): Task => ({ kind: 'kernel', ...task }));
    return hostStep?.kind === 'adam' ? [...tasks, { kind: 'host', step: hostStep }] : tasks;
  });
  verifyOrder(tasks.flatMap((task) => (task.kind === 'kernel' ? [task.kernel] : [])));
  return { tensors, tasks };
}

/** `generator.down.3.conv.conv2d/contraction` */
function nameOf({ source }: Value, tensor: Tensor): string {
  const op = source.kind === 'op' ? source.op.name : source.kind;
  return `${source.scope === '' ? '' : `${source.scope}.`}${op}/${tensor.source.kind}`;
}
