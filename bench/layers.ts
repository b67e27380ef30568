import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { reachable } from '../src/ir/program.js';
import { elementCount, f32 } from '../src/ir/tensorType.js';
import { Trace } from '../src/ir/trace.js';
import { Value } from '../src/ir/value.js';
import type { ModelOptions } from '../src/models/definition.js';
import { pix2pix } from '../src/models/pix2pix.js';
import { lowerGraph } from '../src/onnx/lower.js';
import { chooseByRule } from '../src/runtime/forms.js';
import { Session } from '../src/runtime/session.js';
import { parseTrainOptions } from '../src/training/options.js';
import { formatTable, type Row } from './report.js';

/**
 * Times every convolution of a default training step in each form that it can take, the fastest of several runs, and
 * marks the one that the rule picks: `npm run bench:layers`. This is what `runtime/forms.ts` is decided by.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    batch: { type: 'string', default: '1' },
    threads: { type: 'string', default: `${availableParallelism()}` },
  },
});
const [runs, batch, threads] = [values.runs, values.batch, values.threads].map(Number);

type Layer = Value & { readonly source: { readonly kind: 'op' } };

function convolutions(): Map<string, { layer: Layer; count: number }> {
  const opt = parseTrainOptions(['--dataroot', '.']);
  const program = pix2pix
    .build(opt as unknown as ModelOptions)
    .trainStep({ batch, height: 256, width: 256, format: 'u8' });
  const found = new Map<string, { layer: Layer; count: number }>();
  for (const value of reachable([
    ...program.outputs.values(),
    ...program.hostSteps.flatMap((step) => step.inputs),
  ])) {
    if (value.source.kind !== 'op' || !value.source.op.name.startsWith('conv')) continue;
    const key = describe(value as Layer);
    const known = found.get(key) ?? { layer: value as Layer, count: 0 };
    found.set(key, { ...known, count: known.count + 1 });
  }
  return found;
}

function describe({ source, shape }: Layer): string {
  const operands = source.inputs.slice(0, 2).map((input) => input.shape.join('×'));
  return `${source.op.name} ${operands.join(' · ')} → ${shape.join('×')}`;
}

/** Milliseconds of the layer alone in each of its forms. */
async function timeForms({ source }: Layer): Promise<{ times: Map<string, number>; picked: string }> {
  const trace = new Trace(true);
  const inputs = source.inputs.map((input, i) => trace.input(`${i}`, f32(...input.shape)));
  const value = new Value({ ...source, inputs });
  let forms: readonly string[] = ['only'];
  let picked = 'only';
  const request = { inputs, outputs: [value], body: [value], withEmptySequence: true };
  lowerGraph({
    ...request,
    choose: (layer, offered) => {
      forms = offered;
      picked = chooseByRule(layer, offered);
      return picked;
    },
  });
  const times = new Map<string, number>();
  for (const form of forms) {
    const graph = lowerGraph({ ...request, choose: () => form });
    const session = await Session.create(graph.model, { threads });
    const memory = (of: Value) => new Float32Array(elementCount(of.shape)).fill(0.5);
    const feeds = [...graph.feeds].map(
      ([name, of]) => [name, { data: memory(of), shape: of.shape }] as const,
    );
    const fetches = [...graph.fetches].map(([name, of]) => [name, memory(of)] as const);
    const binding = session.bind(new Map(feeds), new Map(fetches));
    let fastest = Number.POSITIVE_INFINITY;
    for (let run = 0; run < runs; run++) {
      const start = performance.now();
      await session.run(binding);
      fastest = Math.min(fastest, performance.now() - start);
    }
    times.set(form, fastest);
    await session.dispose();
  }
  return { times, picked };
}

const rows: Row[] = [];
let total = 0;
for (const [name, { layer, count }] of convolutions()) {
  const { times, picked } = await timeForms(layer);
  total += times.get(picked)! * count;
  const text = [...times].map(([form, ms]) => `${form === picked ? '*' : ''}${form} ${ms.toFixed(1)} ms`);
  rows.push({ what: `${count} × ${name}`, value: text.join(', ') });
}
console.log(formatTable(rows));
console.log(
  `* picked by the rule; all convolutions of a step by it: ${total.toFixed(0)} ms on ${threads} threads`,
);
