import { elementCount } from '../../ir/tensorType.js';
import type { Value } from '../../ir/value.js';
import type { FormChooser } from '../../onnx/graphBuilder.js';
import { lowerGraph } from '../../onnx/lower.js';
import { alone, type LayerChoice } from '../../runtime/layerChoices.js';
import { type Binding, Session } from './session.js';

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
  value: Value,
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
