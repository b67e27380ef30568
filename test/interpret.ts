import { LoopRun } from '../src/engine/devices/interpreter/loopRun.js';
import type { Program } from '../src/engine/ir/program.js';
import { reachable } from '../src/engine/ir/program.js';

/** Runs a program that changes no states in float64: the outputs by name, and the same again for other inputs. */
export function interpreted(program: Program) {
  const outputs = [...program.outputs.values()];
  const inputs = new Map([...program.inputs].map(([name, value]) => [value, name]));
  const memory = new Map(
    [...program.inputs].map(([name, { shape }]) => [
      name,
      new Float64Array(shape.reduce((a, b) => a * b, 1)),
    ]),
  );
  const run = new LoopRun(reachable(outputs), (value) => memory.get(inputs.get(value) ?? ''), 'f64');
  const compute = run.computing(outputs);
  return (tensors: Readonly<Record<string, ArrayLike<number>>>): Record<string, Float64Array> => {
    for (const [name, data] of Object.entries(tensors)) memory.get(name)!.set(data);
    compute();
    return Object.fromEntries(
      [...program.outputs].map(([name, value]) => [name, run.memoryOf(value).slice()]),
    );
  };
}
