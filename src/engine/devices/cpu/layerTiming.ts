import type { AlgorithmChooser } from '../../ir/layer.js';
import { elementCount } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import { Value } from '../../ir/value.js';
import { lowerGraph } from '../../onnx/lower.js';
import type { AlgorithmTimes } from '../../runtime/algorithmTimes.js';
import { type Binding, Session } from './session.js';

/**
 * Milliseconds of a value's layer by each of some of its algorithms: the fastest of `rounds` in which they alternate,
 * so that other load on the machine affects all of them alike. One more round, the first, is not counted: its memory is
 * cold.
 */
export async function timeAlgorithms(
  value: Value,
  algorithms: readonly string[],
  threads: number,
  rounds: number,
): Promise<AlgorithmTimes> {
  const timed = await Promise.all(algorithms.map((name) => prepare(value, () => name, threads)));
  const fastest = algorithms.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, { session, binding }] of timed.entries()) {
      const start = performance.now();
      await session.run(binding);
      const milliseconds = performance.now() - start;
      if (round > 0) fastest[i] = Math.min(fastest[i], milliseconds);
    }
  }
  for (const { session } of timed) await session.dispose();
  return Object.fromEntries(algorithms.map((name, i) => [name, Number(fastest[i].toFixed(3))]));
}

/** The value's op as a graph of its own, with inputs for its operands. */
function alone({ source }: Value) {
  if (source.kind !== 'op') throw new Error(`${source.kind} is no op`);
  const trace = new Trace(true);
  const inputs = source.inputs.map((input, i) => trace.input(`${i}`, input.type));
  const value = new Value({ ...source, inputs });
  return { inputs, outputs: [value], body: [value] };
}

async function prepare(
  value: Value,
  choose: AlgorithmChooser,
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
