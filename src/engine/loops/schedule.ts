import type { Tensor } from '../ir/loopForm.js';
import { type Program, valuesOf } from '../ir/program.js';
import { checkComputed, cutProgram } from '../ir/segments.js';
import type { Value } from '../ir/value.js';
import { kernelOf } from './kernel.js';
import { lowerToLoops } from './lowerToLoops.js';
import { computedTensors } from './operands.js';
import type { Schedule, Task } from './task.js';
import { verifyOrder } from './verify.js';

/**
 * The kernels of a program, with its host steps between them: what all devices execute that run kernels.
 * @throws Error when an output is not computed, or a state is read as it was before a step that has updated it
 */
export function scheduleOf(program: Program): Schedule {
  checkComputed(program);
  const tensors = lowerToLoops(valuesOf(program));
  const tasks = loopByLoop(program, tensors);
  verifyOrder(tasks.flatMap((task) => (task.kind === 'kernel' ? [task.kernel] : [])));
  return { tensors, tasks };
}

/** Every loop of an op as a kernel of its own, each computed tensor once. */
function loopByLoop(program: Program, tensors: ReadonlyMap<Value, Tensor>): Task[] {
  const done = new Set<Tensor>();
  return cutProgram(program).flatMap(({ segment, hostStep }): Task[] => {
    const kernels = (segment?.body ?? []).flatMap((value) => {
      const computed = computedTensors([tensors.get(value)!], (tensor) => done.has(tensor));
      for (const tensor of computed) done.add(tensor);
      return computed.map((tensor) => ({ kernel: kernelOf(tensor), name: nameOf(value, tensor) }));
    });
    const tasks = kernels.map((task): Task => ({ kind: 'kernel', ...task }));
    return hostStep === undefined ? tasks : [...tasks, { kind: 'host', step: hostStep }];
  });
}

/** `generator.down.3.conv.conv2d/contraction` */
function nameOf({ source }: Value, tensor: Tensor): string {
  const op = source.kind === 'op' ? source.op.name : source.kind;
  return `${source.scope === '' ? '' : `${source.scope}.`}${op}/${tensor.source.kind}`;
}
