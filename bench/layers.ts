import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { timeAlgorithms } from '../src/engine/devices/cpu/layerTiming.js';
import { type LayerChoice, layerChoices } from '../src/engine/ir/layer.js';
import { chooseByRule } from '../src/engine/runtime/algorithmRules.js';
import type { ModelOptions } from '../src/models/definition.js';
import { pix2pix } from '../src/models/pix2pix.js';
import { stepOf } from '../src/models/stepDefinition.js';
import { parseTrainOptions } from '../src/training/options.js';
import { formatTable, type Row } from './report.js';

/**
 * Times every layer of a default training step that has several algorithms by each of them, the fastest of several runs,
 * and marks the one that the rule picks: `npm run bench:layers`. The rules of `runtime/algorithmRules.ts` follow from it.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    batch: { type: 'string', default: '1' },
    threads: { type: 'string', default: `${availableParallelism()}` },
  },
});
const [runs, batch, threads] = [values.runs, values.batch, values.threads].map(Number);

/** Every layer once, with how often the step has it. */
function layers(): Map<string, { choice: LayerChoice; count: number }> {
  const opt = parseTrainOptions(['--dataroot', '.']);
  const size = { batch, height: 256, width: 256, format: 'u8' } as const;
  const found = new Map<string, { choice: LayerChoice; count: number }>();
  for (const choice of layerChoices(stepOf(pix2pix.build(opt as unknown as ModelOptions)).program(size))) {
    const key = describe(choice);
    const known = found.get(key) ?? { choice, count: 0 };
    found.set(key, { ...known, count: known.count + 1 });
  }
  return found;
}

function describe({ layer, value }: LayerChoice): string {
  const operands = layer.operands.slice(0, 2).map((shape) => shape.join('×'));
  return `${layer.op} ${operands.join(' · ')} → ${value.shape.join('×')}`;
}

const rows: Row[] = [];
let total = 0;
for (const [name, { choice, count }] of layers()) {
  const picked = chooseByRule(choice.layer);
  const times = await timeAlgorithms(choice.value, choice.layer.algorithms, threads, runs);
  total += times[picked] * count;
  const text = Object.entries(times).map(
    ([algorithm, ms]) => `${algorithm === picked ? '*' : ''}${algorithm} ${ms.toFixed(1)} ms`,
  );
  rows.push({ what: `${count} × ${name}`, value: text.join(', ') });
}
console.log(formatTable(rows));
console.log(
  `* picked by the rule; all of these layers of a step by it: ${total.toFixed(0)} ms on ${threads} threads`,
);
