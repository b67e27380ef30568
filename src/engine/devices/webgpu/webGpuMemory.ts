import type { Program } from '../../ir/program.js';
import { scheduleOf } from '../../loops/schedule.js';
import type { MemoryModel, MemoryStrategy } from '../../runtime/memoryModel.js';
import { footprintOf, inStrategy } from '../../runtime/memoryPlan.js';
import { plannedBytes } from './programMemory.js';

const STRATEGIES: readonly MemoryStrategy[] = [
  { name: 'plain', keepsMemory: true, recomputes: false },
  {
    ...{ name: 'recomputing', keepsMemory: true, recomputes: true },
    note: 'to stay within memory, steps compute activations twice, which takes some time',
  },
];

/** The memory of the GPU: states, and a program's other values by the plan that runs. WebGPU does not tell what is free. */
export function webGpuMemory(maxBindingBytes: number): MemoryModel {
  const predict = (program: Program, strategy: MemoryStrategy) => {
    const chosen = inStrategy(program, strategy);
    const { states, kept } = footprintOf(chosen);
    const planned = plannedBytes(chosen, scheduleOf(chosen), maxBindingBytes);
    const working = Math.max(0, planned - kept);
    return { process: 0, states, kept, working, total: states + kept + working };
  };
  return {
    strategies: STRATEGIES,
    processBytes: 0,
    predict,
    available: () => Number.POSITIVE_INFINITY,
  };
}
