import { type Program, reachable } from '../ir/program.js';
import { Trace } from '../ir/trace.js';
import { Value } from '../ir/value.js';
import type { Layer } from '../onnx/graphBuilder.js';
import { lowerGraph } from '../onnx/lower.js';

/** A layer that can be computed in several ways, alone. */
export interface LayerChoice {
  readonly layer: Layer;
  readonly forms: readonly string[];
  /** One of the program's values that it is. */
  readonly value: Value;
}

/** The layers of a program for which there is more than one form. */
export function choicesOf({ outputs, writes, hostSteps }: Program): LayerChoice[] {
  const roots = [...outputs.values(), ...writes.values(), ...hostSteps.flatMap(({ inputs }) => inputs)];
  return reachable(roots).flatMap((value) => {
    if (value.source.kind !== 'op') return [];
    const found: LayerChoice[] = [];
    lowerGraph({
      ...alone(value),
      choose: (layer, forms) => {
        found.push({ layer, forms, value });
        return forms[0];
      },
    });
    return found;
  });
}

/** The same op as a graph of its own, with inputs for its operands. */
export function alone({ source }: Value) {
  if (source.kind !== 'op') throw new Error(`${source.kind} is no op`);
  const trace = new Trace(true);
  const inputs = source.inputs.map((input, i) => trace.input(`${i}`, input.type));
  const value = new Value({ ...source, inputs });
  return { inputs, outputs: [value], body: [value] };
}
