import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fusionFor } from '../src/engine/devices/webgpu/fusionFor.js';
import { keyOf } from '../src/engine/devices/webgpu/kernelTiles.js';
import { timeTiles } from '../src/engine/devices/webgpu/kernelTiming.js';
import { gpuOf } from '../src/engine/devices/webgpu/openAdapter.js';
import { webGpuFor } from '../src/engine/devices/webgpu/openWebGpu.js';
import {
  type ContractionShape,
  contractionShape,
} from '../src/engine/devices/webgpu/shaders/contractionShape.js';
import { pointsOf } from '../src/engine/devices/webgpu/shaders/countedAxes.js';
import { tileName } from '../src/engine/devices/webgpu/shaders/tile.js';
import { tileByRule } from '../src/engine/devices/webgpu/shaders/tileRules.js';
import { tilesFor } from '../src/engine/devices/webgpu/shaders/tiles.js';
import type { Kernel } from '../src/engine/loops/kernel.js';
import { scheduleOf } from '../src/engine/loops/schedule.js';
import type { ModelOptions } from '../src/models/definition.js';
import { pix2pix } from '../src/models/pix2pix.js';
import { stepOf } from '../src/models/stepDefinition.js';
import { parseTrainOptions } from '../src/training/options.js';

/**
 * Times every contraction of a default training step on the GPU by each of its tiles, and marks the one that the rule
 * picks: `node dist/bench/gpuKernels.js`; after `--`, any options of a training. What the rule of `webgpu/shaders/tileRules.ts` assumes is checked by it.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '1' },
    size: { type: 'string', default: '256' },
    gpu: { type: 'string' },
    only: { type: 'string', default: '' },
    out: { type: 'string', default: 'bench/results/gpuKernels.json' },
  },
});
const [batch, size] = [values.batch, values.size].map(Number);

const api = await webGpuFor({ gpu: values.gpu });
const adapter = await api.requestAdapter({ powerPreference: 'high-performance' });
if (adapter === null) throw new Error('there is no GPU that WebGPU can use');
const gpu = await gpuOf(adapter);
interface Contraction {
  readonly kernel: Kernel;
  readonly shape: ContractionShape;
  readonly name: string;
  readonly count: number;
}

/** Every contraction once, with how often the step has it. */
function contractions(): Contraction[] {
  const opt = parseTrainOptions(['--dataroot', '.', ...positionals]);
  const images = { batch, height: size, width: size, format: 'u8' } as const;
  const program = stepOf(pix2pix.build(opt as unknown as ModelOptions)).program(images);
  const { tasks } = scheduleOf(program, { fusion: fusionFor(gpu.workgroupLimits) });
  const found = new Map<string, Contraction>();
  for (const task of tasks) {
    const shape = task.kind === 'kernel' ? contractionShape(task.kernel) : undefined;
    if (task.kind !== 'kernel' || shape === undefined || !task.name.includes(values.only)) continue;
    const key = keyOf(task.kernel);
    const known = found.get(key) ?? { kernel: task.kernel, shape, name: task.name, count: 0 };
    found.set(key, { ...known, count: known.count + 1 });
  }
  return [...found.values()];
}

const results = [];
let [total, ruled] = [0, 0];
for (const { kernel, shape, name, count } of contractions()) {
  const { rows: m, columns: n, terms, batch: products } = shape;
  const limits = gpu.workgroupLimits;
  const rule = tileName(tileByRule(shape, limits));
  const times = await timeTiles(gpu, kernel, tilesFor(shape, limits));
  const flops = 2 * m.points * n.points * terms * pointsOf(products);
  const sorted = Object.entries(times).sort(([, a], [, b]) => a - b);
  total += count * sorted[0][1];
  ruled += count * times[rule];
  const text = sorted.map(([tile, milliseconds]) => {
    const rate = (flops / milliseconds / 1e9).toFixed(1);
    return `${tile === rule ? '*' : ''}${tile}: ${(1000 * milliseconds).toFixed(0)} µs, ${rate}`;
  });
  const what = `${count} × ${pointsOf(products)} · ${m.points}×${n.points}×${terms} ${name}`;
  console.log([what, ...text.slice(0, 4)].join('\n    '));
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
mkdirSync('bench/results', { recursive: true });
writeFileSync(values.out, `${JSON.stringify({ adapter: gpu.name, batch, size, results }, null, 2)}\n`);
console.log(`written to ${values.out}`);
await gpu.dispose();
