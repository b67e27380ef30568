import type { Program } from '../ir/program.js';
import type { RunInputs } from './executable.js';
import { drawRandomInput } from './randomInputs.js';
import type { TensorArray } from './tensorArray.js';

/**
 * Copies what a run is given for an input into the device's memory of it, or draws it there.
 * @throws Error when it is missing, or of another size
 */
export function fillInput(
  program: Program,
  name: string,
  target: TensorArray | Float64Array,
  { tensors, random }: RunInputs,
): void {
  const data = tensors[name];
  if (data === undefined) {
    const drawn = target instanceof Float32Array ? target : new Float32Array(target.length);
    if (!random || !drawRandomInput(program, name, random, drawn)) {
      throw new Error(`the program's input ${name} is not given`);
    }
    if (drawn !== target) (target as Float64Array).set(drawn);
    return;
  }
  if (data.length !== target.length) {
    throw new Error(`input ${name} has ${data.length} elements, the program takes ${target.length}`);
  }
  (target as Float32Array).set(data as Float32Array);
}
