import { type Program, withoutUpdates } from '../../engine/ir/program.js';
import { Trace } from '../../engine/ir/trace.js';
import type { GeneratorDefinition } from '../../models/definition.js';
import { type ImageSize, imageInput } from '../../models/images.js';

/** From one image, `real_A`, to another, `fake_B`, by one generator; `training` as in `Trace`. */
export function translationProgram(
  { inputNc, apply }: GeneratorDefinition,
  size: ImageSize,
  training: boolean,
): Program {
  const trace = new Trace(training);
  const image = imageInput(trace, 'real_A', inputNc, size);
  return withoutUpdates(trace.program({ fake_B: apply(trace, image) }));
}
