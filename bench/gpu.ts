import './ownCache.js';
import { parseArgs } from 'node:util';
import { surveyGpus } from '../src/engine/devices/webgpu/surveyGpus.js';
import { sidesOf } from '../src/options/pixelSize.js';
import { readGpus } from '../src/records/writing/hardware/readGpus.js';
import { parseTrainOptions } from '../src/training/options.js';
import { figuresOf, type GpuMeasurements } from './gpuFigures.js';
import {
  type GpuStep,
  optionsOf,
  type Precision,
  type StepSizes,
  staticCosts,
  timeGpuSteps,
  timeKernels,
} from './gpuStep.js';
import { describeMachine } from './machine.js';
import { median } from './measure.js';
import { CUDA_WAYS, type CudaWay, findPyTorch, type PyTorchResult, timePyTorch } from './pytorch.js';
import { formatColumns, writeResults } from './report.js';
import { watchTrainCommand } from './trainCommand.js';

/**
 * Measures all figures of a GPU in one run, kernel by kernel too, and PyTorch on the same card: `npm run bench:gpu`, or
 * `node dist/bench/gpu.js` where there is no npm. Smaller sizes try the command itself where there is no GPU.
 */
const { values } = parseArgs({
  options: {
    /** A part of the GPU's name. */
    gpu: { type: 'string' },
    size: { type: 'string', default: '256' },
    ngf: { type: 'string', default: '64' },
    ndf: { type: 'string', default: '64' },
    batches: { type: 'string', default: '1,16' },
    precisions: { type: 'string', default: 'f32,mixed' },
    steps: { type: 'string', default: '30' },
    rounds: { type: 'string', default: '5' },
    /** Makes it an error that there is no PyTorch that can use the GPU. */
    require_pytorch: { type: 'boolean', default: false },
    /** PyTorch's ways, joined by `;`. Default: all. */
    ways: { type: 'string', default: Object.keys(CUDA_WAYS).join(';') },
    /** Leaves the times of single kernels out. */
    no_kernels: { type: 'boolean', default: false },
    /** Leaves `pix2pix train` out. */
    no_command: { type: 'boolean', default: false },
    out: { type: 'string', default: 'bench/results/gpu.json' },
  },
});
const sizes: StepSizes = { size: Number(values.size), ngf: Number(values.ngf), ndf: Number(values.ndf) };
const repetitions = { steps: Number(values.steps), rounds: Number(values.rounds) };
const batches = values.batches.split(',').map(Number);
const precisions = values.precisions.split(',') as Precision[];
const say = (text: string) => console.error(text);

const python = await findPyTorch('cuda');
const torchMissing = 'no python3 whose torch can use CUDA ($PIX2PIX_BENCH_PYTHON names one)';
if (python === undefined && values.require_pytorch) {
  say(`error: ${torchMissing}`);
  process.exit(1);
}
say(python === undefined ? `${torchMissing}: PyTorch is skipped` : `PyTorch: ${python}`);

const steps: GpuStep[] = [];
const torch = new Map<number, ReadonlyMap<CudaWay, PyTorchResult | string>>();
for (const batch of batches) {
  for (const precision of precisions) {
    say(`batch ${batch}: ours, ${precision}`);
    const step = await timeGpuSteps(optionsOf(sizes, batch, values.gpu, precision), repetitions);
    say(`  ${step.milliseconds.toFixed(2)} ms a step`); // at once: what follows may be cut off
    steps.push(step);
  }
  if (python !== undefined) torch.set(batch, await timeTheirs(python, batch));
}
const kernelTimes = values.no_kernels ? [] : await kernelByKernel();
const defaults = parseTrainOptions(['--dataroot', '.']);
const measured: GpuMeasurements = {
  isDefault: sizes.size === 256 && sizes.ngf === 64 && sizes.ndf === 64,
  steps,
  costs: {
    defaults: staticCosts(defaults),
    wgangp: staticCosts({ ...defaults, ganMode: 'wgangp' }),
    mixed: staticCosts({ ...defaults, precision: 'mixed' }),
  },
  firstStepSeconds: values.no_command ? 'not measured: --no_command' : await firstStepSeconds(),
  torch,
  ...(python === undefined && { torchMissing }),
};

const figures = figuresOf(measured);
console.log(
  formatColumns([
    ['figure', 'measured', 'target', 'met'],
    ...figures.map(({ what, value, target = '', isMet }) => {
      return [what, value, target, isMet === undefined ? '' : isMet ? 'yes' : 'no'];
    }),
  ]),
);
const top = kernelTimes.slice(0, 20);
console.log(
  formatColumns([
    [`kernel (${top.length} of ${kernelTimes.length})`, 'GPU time'],
    ...top.map(({ name, milliseconds }) => [name, `${(1000 * milliseconds).toFixed(0)} µs`]),
  ]),
);
const { gpus } = await surveyGpus();
const raw = { steps, costs: measured.costs, kernelTimes, torch: nested(torch) };
const result = {
  ...{ machine: describeMachine(), gpus, systemGpus: await readGpus(), sizes, ...repetitions },
  ...{ figures, firstStepSeconds: measured.firstStepSeconds, raw },
};
writeResults(values.out, result);

/** PyTorch's ways one after another, each in a process of its own. */
async function timeTheirs(
  python: string,
  batch: number,
): Promise<ReadonlyMap<CudaWay, PyTorchResult | string>> {
  const results = new Map<CudaWay, PyTorchResult | string>();
  for (const way of values.ways.split(';') as CudaWay[]) {
    say(`batch ${batch}: PyTorch, ${way}`);
    const settings = { ...sizes, device: 'cuda', batch, steps: repetitions.steps, warmup: 5 } as const;
    results.set(
      way,
      await timePyTorch(python, CUDA_WAYS[way].argv, settings).catch((error: Error) => error.message),
    );
  }
  return results;
}

async function kernelByKernel() {
  say('kernel by kernel');
  const profiled = optionsOf(sizes, batches[0], values.gpu, precisions[0]);
  const nodes = await timeKernels(profiled, Math.min(10, repetitions.steps));
  return nodes.map((node) => ({ ...node, milliseconds: median(node.milliseconds) }));
}

/** The second of two commands: the first may time choices, which are kept. */
async function firstStepSeconds(): Promise<number> {
  say('pix2pix train, twice');
  const { netG, ngf, ndf, cropSize } = optionsOf(sizes, 1);
  const { width } = sidesOf(cropSize);
  const flags = { netG, ngf, ndf, crop_size: cropSize, load_size: Math.round(width * 1.1172) };
  const argv = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, `${value}`]);
  const device = values.gpu === undefined ? ['--device', 'webgpu'] : ['--gpu', values.gpu];
  await watchTrainCommand(5, [...device, ...argv]);
  return (await watchTrainCommand(5, [...device, ...argv])).secondsToItsEnd;
}

function nested(results: ReadonlyMap<number, ReadonlyMap<CudaWay, PyTorchResult | string>>) {
  return Object.fromEntries([...results].map(([batch, ways]) => [batch, Object.fromEntries(ways)]));
}
