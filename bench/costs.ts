import { fusionFor } from '../src/engine/devices/webgpu/fusionFor.js';
import { scheduleOptions } from '../src/engine/devices/webgpu/kernelLimits.js';
import { GUARANTEED } from '../src/engine/devices/webgpu/shaders/tiles.js';
import type { Program } from '../src/engine/ir/program.js';
import { type Costs, costsOf } from '../src/engine/loops/costs.js';
import { type FusionOptions, RULES } from '../src/engine/loops/fusion/fuse.js';
import { scheduleOf } from '../src/engine/loops/schedule.js';
import { formatColumns } from './report.js';
import { trainingStep } from './trainingStep.js';

/**
 * The kernels of a training step on a GPU, the bytes that they move and their arithmetic, by one rule of fusion after
 * another, without running anything: `npm run bench:costs`, or for other options than the defaults
 * `node dist/bench/costs.js --gan_mode wgangp`.
 */
const flags = process.argv.slice(2);

/** Before the first rule, after each, and with long sums split as well. */
function stages(): { readonly name: string; readonly fusion: FusionOptions | 'none' }[] {
  const all = fusionFor(GUARANTEED);
  const whole = { ...all, splitOf: () => 1 };
  return [
    { name: 'every loop a kernel', fusion: 'none' },
    ...RULES.map(({ name }, i) => ({ name, fusion: { ...whole, rules: RULES.slice(0, i + 1) } })),
    { name: 'long sums in parts', fusion: all },
  ];
}

function row(program: Program, name: string, fusion: FusionOptions | 'none'): string[] {
  return costsInWords(name, costsOf(scheduleOf(program, { fusion }).tasks));
}

function costsInWords(name: string, { kernels, bytes, operations }: Costs): string[] {
  return [name, `${kernels}`, `${(bytes / 1e9).toFixed(2)} GB`, `${(operations / 1e9).toFixed(1)} G`];
}

const program = trainingStep(flags);
/** In mixed precision, the last stage on a GPU that packs 16-bit floats into words, and on one that has such. */
const mixed = trainingStep(['--precision', 'mixed', ...flags]);
const mixedRows = [false, true].map((storesHalves) => {
  const { tasks } = scheduleOf(mixed, scheduleOptions({ workgroup: GUARANTEED, storesHalves }));
  const name = `mixed precision, 16-bit floats ${storesHalves ? 'of its own' : 'in words'}`;
  return costsInWords(name, costsOf(tasks));
});
const rows = [...stages().map(({ name, fusion }) => row(program, name, fusion)), ...mixedRows];
console.log(formatColumns([['', 'kernels', 'bytes moved', 'operations'], ...rows]));
