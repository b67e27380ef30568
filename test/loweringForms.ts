import type { Program } from '../src/engine/ir/program.js';
import type { FormChooser } from '../src/engine/onnx/graphBuilder.js';
import { lowerGraph } from '../src/engine/onnx/lower.js';
import { cutProgram } from '../src/engine/runtime/segments.js';

/** The lowering forms that a program may choose from, each once. */
export function formsOf(program: Program): string[] {
  const offered = new Set<string>();
  const choose: FormChooser = (_, forms) => {
    for (const name of forms) offered.add(name);
    return forms[0];
  };
  for (const { segment } of cutProgram(program)) if (segment) lowerGraph({ ...segment, choose });
  return [...offered];
}
