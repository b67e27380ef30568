import { computing } from '../../ir/program.js';
import type { Value } from '../../ir/value.js';
import type { ElementwiseUpdate } from '../../runtime/adamUpdate.js';
import type { Precision } from './javaScript.js';
import { ScheduleRun } from './scheduleRun.js';

/** An element-wise update of arrays in place, as the loops of its ops. */
export class ElementwiseRun {
  private readonly scalars: ReadonlyMap<string, Float64Array>;
  private readonly results: readonly { readonly of: Float64Array; readonly to: Float64Array }[];
  private readonly computation: ScheduleRun;

  /** @param arrays the memory of the update's arrays, in their order */
  constructor(update: ElementwiseUpdate, arrays: readonly Float64Array[], precision: Precision) {
    const names = Object.keys(update.scalars);
    this.scalars = new Map(names.map((name) => [name, new Float64Array(1)]));
    const memory = new Map<Value, Float64Array>([
      ...Object.values(update.arrays).map((value, i): [Value, Float64Array] => [value, arrays[i]]),
      ...names.map((name): [Value, Float64Array] => [update.scalars[name], this.scalars.get(name)!]),
    ]);
    const results = new Map([...update.writes.values()].map((value, i) => [`${i}`, value]));
    this.computation = new ScheduleRun(computing(results), (value) => memory.get(value), precision);
    this.results = [...update.writes].map(([array, value]) => ({
      of: this.computation.memoryOf(value),
      to: memory.get(array)!,
    }));
  }

  run(scalars: Readonly<Record<string, number>>): void {
    for (const [name, memory] of this.scalars) memory[0] = scalars[name];
    this.computation.run();
    for (const { of, to } of this.results) to.set(of);
  }
}
