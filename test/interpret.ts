import { ScheduleRun } from '../src/engine/devices/interpreter/scheduleRun.js';
import type { Program } from '../src/engine/ir/program.js';
import { elementCount } from '../src/engine/ir/tensorType.js';
import type { ScheduleOptions } from '../src/engine/loops/schedule.js';

/** Runs a program that changes no states in float64: the outputs by name, and the same again for other inputs. */
export function interpreted(program: Program, options?: ScheduleOptions) {
  const memory = new Map(
    [...program.inputs.values()].map((value) => [value, new Float64Array(elementCount(value.shape))]),
  );
  const run = new ScheduleRun(program, (value) => memory.get(value), 'f64', options);
  return (tensors: Readonly<Record<string, ArrayLike<number>>>): Record<string, Float64Array> => {
    for (const [name, data] of Object.entries(tensors)) memory.get(program.inputs.get(name)!)!.set(data);
    run.run();
    return Object.fromEntries(
      [...program.outputs].map(([name, value]) => [name, run.memoryOf(value).slice()]),
    );
  };
}
