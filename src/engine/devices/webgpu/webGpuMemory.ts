import type { Program } from '../../ir/program.js';
import { scheduleOf } from '../../loops/schedule.js';
import type { MemoryModel } from '../../runtime/memoryModel.js';
import { footprintOf, PARAMETER_BYTES } from '../../runtime/memoryPlan.js';
import type { Gpu } from './gpu.js';
import { kernelLimitsOf, scheduleOptions } from './kernelLimits.js';
import { plannedBytes } from './programMemory.js';

/**
 * The memory of the GPU: states, and a program's other values by the plan that runs. WebGPU does not tell what is free.
 * There is one strategy: fused kernels compute activations again wherever they are read.
 *
 * @param isShared whether several processes run its programs together
 */
export function webGpuMemory(gpu: Gpu, isShared: boolean): MemoryModel {
  const parameterBytes = PARAMETER_BYTES + (isShared ? 4 : 0); // a gradient that the host can read
  const predict = (program: Program) => {
    const footprint = footprintOf(program, parameterBytes);
    const schedule = scheduleOf(program, { ...scheduleOptions(kernelLimitsOf(gpu)), isShared });
    const planned = plannedBytes(program, schedule, gpu.maxBindingBytes);
    const [states, kept] = [footprint.states, Math.min(footprint.kept, planned)];
    return { process: 0, states, kept, working: planned - kept, total: states + planned };
  };
  return {
    isHost: false,
    strategies: [{ name: 'plain', keepsMemory: true, recomputes: false }],
    processBytes: 0,
    parameterBytes,
    predict,
    available: () => Number.POSITIVE_INFINITY,
  };
}
