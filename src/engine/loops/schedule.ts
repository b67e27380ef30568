import type { Tensor } from '../ir/loopForm.js';
import { isMixed, type Program, valuesOf } from '../ir/program.js';
import { checkComputed, cutProgram } from '../ir/segments.js';
import type { Value } from '../ir/value.js';
import { type FusionOptions, fuse } from './fusion/fuse.js';
import { splitsFor } from './fusion/splitPolicy.js';
import { type CanStoreHalf, inMixedPrecision } from './halves.js';
import { kernelOf } from './kernel.js';
import { lowerToLoops } from './lowerToLoops.js';
import { computedTensors } from './operands.js';
import type { Schedule, Task } from './task.js';
import { verifySchedule } from './verifySchedule.js';

export interface ScheduleOptions {
  /** How kernels are fused; 'none': every loop of an op is one. Default: for devices that bind 16 tensors. */
  readonly fusion?: FusionOptions | 'none';
  /** Whether other processes run the program too: else what they compute together is this one's alone. Default: no. */
  readonly isShared?: boolean;
  /** In mixed precision, what may be stored as 16-bit floats. Default: anything. */
  readonly canStoreHalf?: CanStoreHalf;
}

const DEFAULT_FUSION: FusionOptions = { maxTensors: 16, splitOf: splitsFor(400) };

/**
 * The kernels of a program, with its host steps between them: what all devices execute that run kernels.
 * @throws Error when an output is not computed, or a state is read as it was before a step that has updated it
 */
export function scheduleOf(program: Program, options: ScheduleOptions = {}): Schedule {
  const { fusion = DEFAULT_FUSION, isShared = false, canStoreHalf = () => true } = options;
  checkComputed(program);
  const tensors = lowerToLoops(valuesOf(program), { isShared });
  const loops = loopByLoop(program, tensors, isShared);
  const wanted = [...program.outputs.values(), ...program.writes.values()];
  const leaving = new Set(wanted.map((value) => tensors.get(value)!));
  const tasks = fusion === 'none' ? loops : fuse(loops, tensors, leaving, fusion);
  const exact = { tensors, tasks, leaving };
  const schedule = isMixed(program) ? inMixedPrecision(exact, canStoreHalf) : exact;
  verifySchedule(schedule);
  return schedule;
}

/** Every loop of an op as a kernel of its own, each computed tensor once. */
function loopByLoop(program: Program, tensors: ReadonlyMap<Value, Tensor>, isShared: boolean): Task[] {
  const done = new Set<Tensor>();
  return cutProgram(program).flatMap(({ segment, hostStep }): Task[] => {
    const together = hostStep?.kind === 'allReduce' ? hostStep.values : []; // copies, where this process is alone
    const kernels = [...(segment?.body ?? []), ...together].flatMap((value) => {
      const computed = computedTensors([tensors.get(value)!], (tensor) => done.has(tensor));
      for (const tensor of computed) done.add(tensor);
      return computed.map((tensor) => ({ kernel: kernelOf(tensor), name: nameOf(value, tensor) }));
    });
    const tasks = kernels.map((task): Task => ({ kind: 'kernel', ...task }));
    if (hostStep?.kind === 'adam') tasks.push({ kind: 'host', step: hostStep });
    if (hostStep?.kind === 'allReduce' && isShared) tasks.push({ kind: 'allReduce', step: hostStep });
    return tasks;
  });
}

/** `generator.down.3.conv.conv2d/contraction` */
function nameOf({ source }: Value, tensor: Tensor): string {
  const op = source.kind === 'op' ? source.op.name : source.kind;
  return `${source.scope === '' ? '' : `${source.scope}.`}${op}/${tensor.source.kind}`;
}
