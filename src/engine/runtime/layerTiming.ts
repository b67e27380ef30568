import { type Program, reachable } from '../ir/program.js';
import { elementCount } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { Value } from '../ir/value.js';
import type { FormChooser, Layer } from '../onnx/graphBuilder.js';
import { lowerGraph } from '../onnx/lower.js';
import { type Binding, Session } from './session.js';

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
    const { inputs, body, outputs } = alone(value);
    lowerGraph({
      ...{ inputs, outputs, body },
      choose: (layer, forms) => {
        found.push({ layer, forms, value });
        return forms[0];
      },
    });
    return found;
  });
}

/**
 * Milliseconds of a layer in each of some forms: the fastest of `rounds` in which the forms take turns, so that a busy
 * moment meets all of them.
 */
export async function timeForms(
  { value }: Pick<LayerChoice, 'value'>,
  forms: readonly string[],
  threads: number,
  rounds: number,
): Promise<Map<string, number>> {
  const times = await timeAlternatives(
    value,
    forms.map((form) => () => form),
    threads,
    rounds,
  );
  return new Map(forms.map((form, i) => [form, times[i]]));
}

/** Milliseconds of a layer in the form that it is given. */
export async function timeLayer(
  { value }: Pick<LayerChoice, 'value'>,
  choose: FormChooser,
  threads: number,
  rounds: number,
): Promise<number> {
  return (await timeAlternatives(value, [choose], threads, rounds))[0];
}

async function timeAlternatives(
  value: Value,
  choosers: readonly FormChooser[],
  threads: number,
  rounds: number,
): Promise<number[]> {
  const timed = await Promise.all(choosers.map((choose) => prepare(value, choose, threads)));
  const fastest = choosers.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, { session, binding }] of timed.entries()) {
      const start = performance.now();
      await session.run(binding);
      const milliseconds = performance.now() - start;
      if (round > 0) fastest[i] = Math.min(fastest[i], milliseconds);
    }
  }
  for (const { session } of timed) await session.dispose();
  return fastest;
}

/** The same op as a graph of its own, with inputs for its operands. */
function alone({ source }: Value) {
  if (source.kind !== 'op') throw new Error(`${source.kind} is no op`);
  const trace = new Trace(true);
  const inputs = source.inputs.map((input, i) => trace.input(`${i}`, input.type));
  const value = new Value({ ...source, inputs });
  return { inputs, outputs: [value], body: [value] };
}

async function prepare(
  value: Value,
  choose: FormChooser,
  threads: number,
): Promise<{ session: Session; binding: Binding }> {
  const request = { ...alone(value), withEmptySequence: true };
  const graph = lowerGraph({ ...request, choose });
  const session = await Session.create(graph.model, { threads });
  const memory = ({ shape }: Value) => new Float32Array(elementCount(shape)).fill(0.5);
  const feeds = [...graph.feeds].map(([name, of]) => [name, { data: memory(of), shape: of.shape }] as const);
  const fetches = [...graph.fetches].map(([name, of]) => [name, memory(of)] as const);
  return { session, binding: session.bind(new Map(feeds), new Map(fetches)) };
}
