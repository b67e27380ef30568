import { parseArgs } from 'node:util';
import { timeTiles } from '../src/engine/devices/webgpu/kernelTiming.js';
import { pointsOf } from '../src/engine/devices/webgpu/shaders/countedAxes.js';
import { tileName } from '../src/engine/devices/webgpu/shaders/tile.js';
import { tileByRule } from '../src/engine/devices/webgpu/shaders/tileRules.js';
import { tilesFor } from '../src/engine/devices/webgpu/shaders/tiles.js';
import { openGpu } from './openGpu.js';
import { writeResults } from './report.js';
import {
  CONTRACTION_OPTIONS,
  contractionsOf,
  describeContraction,
  operationsOf,
} from './stepContractions.js';

/**
 * Times every contraction of a default training step on the GPU by each of its tiles, and marks the one that the rule
 * picks: `node dist/bench/gpuKernels.js`; after `--`, any options of a training. What the rule of `webgpu/shaders/tileRules.ts` assumes is checked by it.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...CONTRACTION_OPTIONS,
    out: { type: 'string', default: 'bench/results/gpuKernels.json' },
  },
});
const [batch, size] = [values.batch, values.size].map(Number);

const gpu = await openGpu(values.gpu);
const flags = ['--batch_size', `${batch}`, ...positionals];

const results = [];
let [total, ruled] = [0, 0];
for (const contraction of contractionsOf(gpu, flags, size, values.only)) {
  const { kernel, shape, name, count } = contraction;
  const { rows: m, columns: n, terms, batch: products } = shape;
  const limits = gpu.workgroupLimits;
  const rule = tileName(tileByRule(shape, limits));
  const times = await timeTiles(gpu, kernel, tilesFor(shape, limits));
  const flops = operationsOf(shape);
  const sorted = Object.entries(times).sort(([, a], [, b]) => a - b);
  total += count * sorted[0][1];
  ruled += count * times[rule];
  const text = sorted.map(([tile, milliseconds]) => {
    const rate = (flops / milliseconds / 1e9).toFixed(1);
    return `${tile === rule ? '*' : ''}${tile}: ${(1000 * milliseconds).toFixed(0)} µs, ${rate}`;
  });
  console.log([describeContraction(contraction), ...text.slice(0, 4)].join('\n    '));
  results.push({
    name,
    count,
    batch: pointsOf(products),
    rows: m.points,
    columns: n.points,
    terms,
    rule,
    times,
  });
}
console.log('tile: time, TFLOP/s; * picked by the rule, the four fastest of each');
console.log(
  `all contractions of a step: ${total.toFixed(2)} ms, by the rule ${ruled.toFixed(2)} ms on ${gpu.name}`,
);
writeResults(values.out, { adapter: gpu.name, batch, size, results });
await gpu.dispose();
