import type { Tensor } from '../ir/loopForm.js';
import type { AllReduceStep } from '../ir/segments.js';
import type { State } from '../ir/state.js';
import type { HostStep } from '../ir/value.js';
import { expressionsIn } from './kernel.js';
import { LoopError } from './loopError.js';
import { tensorsIn } from './operands.js';
import { defaultName, formatKernel } from './print.js';
import type { Schedule } from './task.js';
import { verifyKernel, verifyOrder } from './verify.js';

/** Whether a state has another value after a step. */
const isUpdatedBy = ({ states, lossScale }: HostStep, state: State) =>
  states.includes(state) || state === lossScale;

/**
 * Checks that a program's tasks can run in their order: every kernel as `verifyKernel` has it, what is read is there by
 * then, and states are read as they are at that time: as they were before a host step only before it, and as it leaves
 * them only after it; sums over processes only when they have been made.
 * @throws LoopError
 */
export function verifySchedule({ tensors, tasks }: Pick<Schedule, 'tensors' | 'tasks'>): void {
  verifyOrder(tasks.flatMap((task) => (task.kind === 'kernel' ? [task.kernel] : [])));
  const steps = tasks.flatMap((task) => (task.kind === 'host' ? [task.step] : []));
  const [before, after] = [new Map<Tensor, HostStep>(), new Map<Tensor, HostStep | AllReduceStep>()];
  for (const [{ source }, tensor] of tensors) {
    if (source.kind === 'updated') after.set(tensor, source.by);
    const step = source.kind === 'state' && steps.find((step) => isUpdatedBy(step, source.state));
    if (step) before.set(tensor, step);
  }
  for (const task of tasks) {
    if (task.kind !== 'allReduce') continue;
    for (const value of task.step.values) after.set(tensors.get(value)!, task.step);
  }
  const done = new Set<HostStep | AllReduceStep>();
  for (const task of tasks) {
    if (task.kind !== 'kernel') {
      done.add(task.step);
      continue;
    }
    verifyKernel(task.name, task.kernel);
    for (const tensor of tensorsIn(expressionsIn(task.kernel))) {
      const [past, coming] = [before.get(tensor), after.get(tensor)];
      const isCurrent = !(past && done.has(past)) && !(coming && !done.has(coming));
      if (isCurrent) continue;
      throw new LoopError(
        `${defaultName(tensor)} is read ${past ? 'after' : 'before'} ${(past ?? coming)!.name} is updated`,
        { kernel: formatKernel(task.kernel) },
      );
    }
  }
}
