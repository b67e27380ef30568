import type { Tensor } from '../../ir/loopForm.js';
import type { Kernel } from '../../loops/kernel.js';
import { roundToHalf } from '../../runtime/halfFloat.js';
import type { Precision } from './javaScript.js';
import { kernelSource, memoryName } from './kernelSource.js';

type Compiled = (half: (x: number) => number, ...memories: readonly Float64Array[]) => void;

/** By their sources: kernels that differ in nothing but their tensors share one, which is optimised the sooner. */
const compiled = new Map<string, Compiled>();

/**
 * A kernel as a function that runs it once. It is written as JavaScript and compiled by `Function`, because closures
 * for its expressions were ten times as slow; a page that forbids `eval` forbids this too.
 *
 * @param memoryOf where a tensor's elements are, in row-major order
 */
export function kernelRun(
  kernel: Kernel,
  memoryOf: (tensor: Tensor) => Float64Array,
  precision: Precision,
): () => void {
  const { source, tensors } = kernelSource(kernel, precision);
  let run = compiled.get(source);
  if (run === undefined) {
    run = new Function('half', ...tensors.map((_, i) => memoryName(i)), source) as Compiled;
    compiled.set(source, run);
  }
  const [call, memories] = [run, tensors.map(memoryOf)];
  return () => call(roundToHalf, ...memories);
}
