import type { Costs } from '../src/engine/loops/costs.js';
import type { GpuStep, Precision } from './gpuStep.js';
import { median } from './measure.js';
import type { CudaWay, PyTorchResult } from './pytorch.js';
import { CUDA_WAYS } from './pytorch.js';

/** Everything that was measured of the GPU. What could not be is absent, or a reason. */
export interface GpuMeasurements {
  /** Whether networks and images are the defaults', for which the targets are. */
  readonly isDefault: boolean;
  readonly steps: readonly GpuStep[];
  /** Of a step at the defaults, by plan, whatever sizes were run. */
  readonly costs: { readonly defaults: Costs; readonly wgangp: Costs; readonly mixed: Costs };
  /** Seconds from the command to the end of the first step, choices known. */
  readonly firstStepSeconds: number | string;
  /** By batch and way: PyTorch's milliseconds, or why there are none. */
  readonly torch: ReadonlyMap<number, ReadonlyMap<CudaWay, PyTorchResult | string>>;
  /** Where there is no PyTorch at all. */
  readonly torchMissing?: string;
}

/** A figure with its target, where it has one that this run could meet. */
export interface Figure {
  readonly what: string;
  readonly value: string;
  readonly target?: string;
  readonly isMet?: boolean;
}

/** The largest ratios to PyTorch that are aimed at, by batch: to its best of these precisions. */
const TARGETS: readonly {
  readonly ours: Precision;
  readonly batch: number;
  readonly precisions: readonly (typeof CUDA_WAYS)[CudaWay]['precision'][];
  readonly most: number;
}[] = [
  { ours: 'f32', batch: 1, precisions: ['fp32', 'tf32'], most: 0.6 },
  { ours: 'f32', batch: 16, precisions: ['fp32'], most: 1 },
  { ours: 'mixed', batch: 1, precisions: ['fp32', 'tf32', 'bf16'], most: 0.5 },
  { ours: 'mixed', batch: 16, precisions: ['bf16'], most: 1.8 },
];
/** As figures name ours. */
const NAMES: Readonly<Record<Precision, string>> = { f32: 'fp32', mixed: 'mixed' };
const MOST_KERNELS = { defaults: 170, wgangp: 220 } as const;
const MOST_BYTES = 3.4e9;
const MOST_SECONDS = 5;
/** Between our buffers and what was predicted of them. */
const MOST_MEMORY_ERROR = 0.02;

/** The table of a run, with targets, met or not. */
export function figuresOf(measured: GpuMeasurements): readonly Figure[] {
  const limited = limiter(measured.isDefault);
  const { costs, firstStepSeconds } = measured;
  return [
    ...measured.steps.flatMap((step) => stepFigures(step, measured)),
    ...(['defaults', 'wgangp'] as const).map((kind) =>
      limiter(true)(`kernels a step, batch 1, ${kind}`, costs[kind].kernels, MOST_KERNELS[kind], String),
    ),
    limiter(true)('bytes moved a step by plan, batch 1', costs.defaults.bytes, MOST_BYTES, gigabytes),
    { what: 'the same, mixed', value: gigabytes(costs.mixed.bytes) },
    {
      what: 'arithmetic a step by plan, batch 1',
      value: `${(costs.defaults.operations / 1e9).toFixed(1)} GFLOP`,
    },
    typeof firstStepSeconds === 'string'
      ? { what: FIRST_STEP, value: firstStepSeconds, target: `≤ ${MOST_SECONDS} s` }
      : limited(FIRST_STEP, firstStepSeconds, MOST_SECONDS, (s) => `${s.toFixed(1)} s`),
    ...measured.steps.map((step) => memoryFigure(step, measured.isDefault)),
  ];
}

const FIRST_STEP = 'from the command to the end of the first step, choices known';

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;

/** A figure with an upper limit, which is judged where the run is of the sizes that it is for. */
function limiter(isDefault: boolean) {
  return (what: string, value: number, most: number, inWords: (value: number) => string): Figure => {
    const target = `≤ ${inWords(most)}`;
    return isDefault
      ? { what, value: inWords(value), target, isMet: value <= most }
      : { what, value: inWords(value) };
  };
}

function stepFigures(
  { precision, batch, milliseconds, firstMilliseconds }: GpuStep,
  measured: GpuMeasurements,
): Figure[] {
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  const figures: Figure[] = [
    {
      what: `step, ${NAMES[precision]}, batch ${batch}`,
      value: `${ms(milliseconds)} (the first ${ms(firstMilliseconds)})`,
    },
  ];
  const theirs = measured.torch.get(batch) ?? new Map<CudaWay, PyTorchResult | string>();
  const isFirst = measured.steps.find((step) => step.batch === batch)?.precision === precision;
  for (const [way, result] of isFirst ? theirs : []) {
    const value = typeof result === 'string' ? `failed: ${result}` : ms(median(result.step_ms));
    figures.push({ what: `the same in PyTorch, ${way}`, value });
  }
  const targets = TARGETS.filter((target) => target.batch === batch && target.ours === precision);
  for (const { precisions, most } of targets) {
    const peers = [...theirs].flatMap(([way, result]) => {
      const isPeer = precisions.includes(CUDA_WAYS[way].precision) && typeof result !== 'string';
      return isPeer ? [{ way, time: median(result.step_ms) }] : [];
    });
    const what = `batch ${batch}: ours, ${NAMES[precision]} / PyTorch's best of ${precisions.join(' and ')}`;
    const target = `≤ ${most.toFixed(2)}`;
    if (peers.length === 0) {
      figures.push({ what, value: `not measured: ${measured.torchMissing ?? 'no such way worked'}`, target });
      continue;
    }
    const best = peers.reduce((a, b) => (b.time < a.time ? b : a));
    const ratio = milliseconds / best.time;
    const value = `${ratio.toFixed(2)} (${best.way})`;
    figures.push(measured.isDefault ? { what, value, target, isMet: ratio <= most } : { what, value });
  }
  return figures;
}

function memoryFigure(
  { precision, batch, memory: { buffers, predicted, system } }: GpuStep,
  isDefault: boolean,
): Figure {
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const beside = system === undefined ? '' : `; the system says ${mb(system)}`;
  const what =
    `memory of the GPU, ${NAMES[precision]}, batch ${batch}: all our buffers, ${mb(buffers)}, and --dry_run, ${mb(predicted)}${beside}; ` +
    'apart by';
  const inWords = (share: number) => `${(share * 100).toFixed(1)} %`;
  return limiter(isDefault)(what, Math.abs(buffers / predicted - 1), MOST_MEMORY_ERROR, inWords);
}
