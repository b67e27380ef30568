import { parseArgs } from 'node:util';
import { Exchange } from '../src/engine/devices/webgpu/exchange.js';
import type { Memory } from '../src/engine/devices/webgpu/gpu.js';
import { elementCount } from '../src/engine/ir/tensorType.js';
import type { ModelOptions } from '../src/models/definition.js';
import { parametersOf } from '../src/models/layers/module.js';
import { pix2pix } from '../src/models/pix2pix.js';
import { parseTrainOptions } from '../src/training/options.js';
import { median, time } from './measure.js';
import { openGpu } from './openGpu.js';
import { formatColumns } from './report.js';

/**
 * What ranks on GPUs pay for the way by the host, the sum itself aside: the gradients of a network are read back and written
 * again, and so is a norm's statistics with `--sync_norm`. `node dist/bench/gpuExchange.js`; after `--`, options of a training.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { gpu: { type: 'string' }, rounds: { type: 'string', default: '7' } },
});
const gpu = await openGpu(values.gpu);
const alone = { rank: 0, size: 1, sum: () => {} };

const opt = parseTrainOptions(['--dataroot', '.', ...positionals]);
const { networks } = pix2pix.build(opt as unknown as ModelOptions);
const sizes = Object.entries(networks).map(
  ([name, network]) =>
    [`gradients of ${name}`, parametersOf(network).map(({ type }) => elementCount(type.shape))] as const,
);

const rows: string[][] = [[gpu.name, 'size', 'read back and written']];
for (const [what, floats] of [...sizes, ['statistics of a norm', [64, 1]] as const]) {
  const memories: Memory[] = [];
  for (const count of floats) {
    memories.push({ buffer: await gpu.allocate(4 * count, what), offset: 0, bytes: 4 * count });
  }
  const sizes = memories.map(({ bytes }) => bytes);
  const exchange = await Exchange.allocate(gpu, alone, sizes);
  const once = async () => {
    await gpu.submit((encoder) => exchange.copy(encoder, memories));
    await exchange.sum(memories);
  };
  const milliseconds = median(await time(once, Number(values.rounds), 2));
  const megabytes = floats.reduce((sum, count) => sum + 4 * count, 0) / 1e6;
  rows.push([what, `${megabytes.toFixed(1)} MB`, `${milliseconds.toFixed(2)} ms`]);
  exchange.dispose();
  for (const { buffer } of memories) gpu.free(buffer);
}
console.log(formatColumns(rows));
await gpu.dispose();
