import type { Program } from '../src/engine/ir/program.js';
import { Trace } from '../src/engine/ir/trace.js';
import type { Value } from '../src/engine/ir/value.js';
import { detach } from '../src/engine/ops/shape.js';
import { type CompileOptions, Executable, type RunInputs } from '../src/engine/runtime/executable.js';
import type { TensorArray } from '../src/engine/runtime/session.js';
import { StateStore } from '../src/engine/runtime/stateStore.js';
import { direct } from './algorithms.js';

interface RunOptions extends Partial<CompileOptions> {
  readonly store?: StateStore;
}

export type Outputs = Readonly<Record<string, Float32Array>>;

/** Compiles a program, hands over a function that runs it, and frees it again. Outputs are copies. */
export async function withProgram<T>(
  program: Program,
  { store = new StateStore(), ...options }: RunOptions,
  use: (run: (tensors: RunInputs['tensors']) => Promise<Outputs>) => Promise<T>,
): Promise<T> {
  const executable = await Executable.compile(program, store, { threads: 1, choose: direct, ...options });
  try {
    return await use(async (tensors) => {
      const outputs = await executable.run({ tensors });
      return Object.fromEntries([...outputs].map(([name, data]) => [name, data.slice() as Float32Array]));
    });
  } finally {
    await executable.dispose();
  }
}

/** Runs a program once on the CPU. */
export function runProgram(
  program: Program,
  tensors: Readonly<Record<string, TensorArray>> = {},
  options: RunOptions = {},
): Promise<Outputs> {
  return withProgram(program, options, (run) => run(tensors));
}

/** Runs what `build` makes of f32 inputs, given as their elements and shape. */
export async function evaluate(
  inputs: readonly { readonly data: Float32Array; readonly shape: readonly number[] }[],
  build: (inputs: readonly Value[]) => Value,
): Promise<Float32Array> {
  const trace = new Trace(true);
  const values = inputs.map(({ shape }, i) => trace.input(`x${i}`, { dtype: 'f32', shape }));
  const program = trace.program({ y: detach(build(values)) });
  const tensors = Object.fromEntries(inputs.map(({ data }, i) => [`x${i}`, data]));
  return (await runProgram(program, tensors)).y;
}
