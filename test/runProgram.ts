import type { AlgorithmChooser } from '../src/engine/ir/layer.js';
import type { Program } from '../src/engine/ir/program.js';
import { Trace } from '../src/engine/ir/trace.js';
import type { Value } from '../src/engine/ir/value.js';
import { detach } from '../src/engine/ops/shape.js';
import type { Device } from '../src/engine/runtime/device.js';
import type { RunInputs } from '../src/engine/runtime/executable.js';
import type { TensorArray } from '../src/engine/runtime/tensorArray.js';
import { openTestDevice, testDevice } from './devices.js';

interface RunOptions {
  /** With the states that the program uses. */
  readonly device?: Device;
  /** For a device whose layers have several algorithms; it is opened for this program alone. */
  readonly choose?: AlgorithmChooser;
}

export type Outputs = Readonly<Record<string, Float32Array>>;

/** Compiles a program, hands over a function that runs it and fetches all outputs, and frees it again. */
export async function withProgram<T>(
  program: Program,
  { choose, device }: RunOptions,
  use: (run: (tensors: RunInputs['tensors']) => Promise<Outputs>) => Promise<T>,
): Promise<T> {
  const chosen = device ?? (choose === undefined ? testDevice : await openTestDevice(undefined, choose));
  const executable = await chosen.compile(program);
  try {
    return await use(async (tensors) => {
      const results = await executable.run({ tensors });
      const names = [...program.outputs.keys()];
      const outputs = await Promise.all(names.map((name) => results.fetch(name)));
      return Object.fromEntries(names.map((name, i) => [name, outputs[i] as Float32Array]));
    });
  } finally {
    await executable.dispose();
  }
}

/** Runs a program once. */
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
