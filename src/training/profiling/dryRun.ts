import { formatBytes } from '../../base/byteSize.js';
import { formatDuration } from '../../base/duration.js';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { createDataset } from '../../data/createDataset.js';
import type { Dataset } from '../../data/loading/dataset.js';
import type { DeviceName } from '../../engine/devices/registry.js';
import { findHardwareGpu } from '../../engine/devices/webgpu/findHardwareGpu.js';
import { multiplyAddsOf } from '../../engine/ops/multiplyAdds.js';
import type { Device } from '../../engine/runtime/device.js';
import { inStrategy } from '../../engine/runtime/memoryPlan.js';
import { buildModel } from '../../models/buildModel.js';
import type { ModelOptions } from '../../models/definition.js';
import { parameterCount } from '../../models/layers/module.js';
import { findModel } from '../../models/registry.js';
import { stepOf } from '../../models/stepDefinition.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { openChosenDevice } from '../chosenDevice.js';
import { keptInWords, planKeptImages } from '../keptImages.js';
import { fitMemory, memoryLimit, programBytes, stepSize } from '../model/fitMemory.js';
import { imagesPerStep, stepPrograms } from '../model/stepPieces.js';
import { tuningNotice } from '../model/tuningNotice.js';
import { requireTraining } from '../requireTraining.js';

/** The forecast of `pix2pix train --dry_run`. */
export interface DryRun {
  /** As `--device` names it. */
  readonly device: DeviceName;
  readonly parameters: number;
  readonly flops: number;
  /** Predicted, at the peak: of the process for the processor, of a GPU's own memory for a GPU. */
  readonly memoryBytes: number;
  /** Predicted. */
  readonly stepMilliseconds: number;
  /** Of the whole training; undefined without a data root. */
  readonly steps?: number;
  /** The same for people, with its parts. */
  readonly text: string;
}

/**
 * Predicts what a training would take in memory and time, without allocating any of its memory. Without a data root,
 * the time is that of a thousand images. With `--device auto` where there is a GPU, of the device that would take less.
 *
 * @throws Pix2PixError when the options contradict each other, a step cannot fit into memory, or there is no such data
 */
export async function dryRun(opt: TrainOptions, listeners: DryRunListeners = {}): Promise<DryRun> {
  requireTraining(opt);
  if (opt.device !== 'auto') return dryRunOn(opt, listeners);
  if (opt.precision === 'mixed') return dryRunOn({ ...opt, device: 'webgpu' }, listeners);
  const onCpu = await dryRunOn({ ...opt, device: 'cpu' }, listeners);
  if ((await findHardwareGpu()).adapter === undefined) return onCpu;
  try {
    const onGpu = await dryRunOn({ ...opt, device: 'webgpu' }, listeners);
    return onGpu.stepMilliseconds < onCpu.stepMilliseconds ? onGpu : onCpu;
  } catch (error) {
    if (!(error instanceof Pix2PixError)) throw error;
    return onCpu; // for instance, the GPU has not enough memory
  }
}

async function dryRunOn(opt: TrainOptions, listeners: DryRunListeners): Promise<DryRun> {
  const device = await openChosenDevice(opt);
  try {
    const dataset = opt.dataroot ? await createDataset({ ...opt, numThreads: 0 }) : undefined;
    try {
      return await predict(opt, device, dataset, listeners);
    } finally {
      await dataset?.close();
    }
  } finally {
    await device.dispose();
  }
}

/** Who is told while it predicts. */
interface DryRunListeners {
  readonly print?: (text: string) => void;
  readonly progress?: (done: number, total: number) => void;
}

/** The whole training, as `--n_epochs`, `--n_epochs_decay` and `--max_steps` limit it: its steps, and what ends it. */
function wholeTraining(opt: TrainOptions, imagesPerEpoch: number): { steps: number; until: string } {
  const epochs = Math.max(0, opt.nEpochs + opt.nEpochsDecay - opt.epochCount + 1);
  const all = epochs * Math.ceil(imagesPerEpoch / imagesPerStep(opt));
  if (opt.maxSteps < all) return { steps: opt.maxSteps, until: 'where --max_steps ends it' };
  return { steps: all, until: `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}` };
}

async function predict(
  opt: TrainOptions,
  device: Device,
  dataset: Dataset | undefined,
  { print = () => {}, progress = () => {} }: DryRunListeners,
): Promise<DryRun> {
  if (device.notice !== undefined) print(device.notice);
  const imagesPerEpoch = dataset?.length;
  const graph = buildModel(findModel(opt.model), opt as unknown as ModelOptions);
  const size = stepSize(opt);
  if (size === undefined) throw sizeUnknown(opt);
  const { strategy, needs } = fitMemory(graph, opt, size, device.memory);
  const kept = keptInWords(dataset && (await planKeptImages(dataset, opt, { memory: device.memory, needs })));
  const time = { convolutions: 0, others: 0, optimisers: 0, total: 0 };
  let flops = 0;
  for (const { program: fast, runs } of stepPrograms(graph, opt, size)) {
    const program = inStrategy(fast, strategy);
    const onTuning = (layers: number) => print(tuningNotice(layers));
    const once = await device.predictTime(program, { onTuning, progress });
    for (const kind of ['convolutions', 'others', 'optimisers', 'total'] as const)
      time[kind] += runs * once[kind];
    flops += 2 * runs * multiplyAddsOf(program);
  }
  const whole = imagesPerEpoch === undefined ? undefined : wholeTraining(opt, imagesPerEpoch);
  const rest = (imagesPerEpoch ?? 0) % opt.batchSize;
  const last =
    rest === 0
      ? 0
      : programBytes(device.memory.predict(stepOf(graph).program({ ...size, batch: rest }), strategy));
  const memoryBytes = Math.min(needs.total + last, memoryLimit(opt, device.memory));
  const networks = Object.entries(graph.networks).map(
    ([name, network]) => [name, parameterCount(network)] as const,
  );
  const parameters = networks.reduce((sum, [, count]) => sum + count, 0);
  const images = imagesPerEpoch ?? 1000;
  const seconds = (images / imagesPerStep(opt)) * (time.total / 1000);
  const millions = (count: number) => `${(count / 1e6).toFixed(1)} million`;
  const ms = (milliseconds: number) => `${milliseconds.toFixed(0)} ms`;
  const where = device.adapter === undefined ? 'the processor' : `the GPU ${device.adapter}`;
  const lines = [
    `device      ${where} (--device ${device.name})`,
    `step        ${imagesPerStep(opt)} × ${size.height} × ${size.width}, ${(flops / 1e9).toFixed(1)} GFLOP`,
    `parameters  ${millions(parameters)} (${networks.map(([name, count]) => `${name} ${millions(count)}`).join(', ')})`,
    `memory      ${formatBytes(memoryBytes)}: parameters, gradients and moments ${formatBytes(needs.states)}, ` +
      `activations kept ${formatBytes(needs.kept)}, working ${formatBytes(needs.working)}` +
      (last > 0 ? `, an epoch's last ${rest} images ${formatBytes(last)}` : '') +
      (needs.process > 0 ? `, program ${formatBytes(needs.process)}` : ''),
    ...(strategy.note === undefined ? [] : [`            ${strategy.note}`]),
    ...(kept === undefined ? [] : [`images      ${kept}`]),
    `step time   ${ms(time.total)}: convolutions ${ms(time.convolutions)}, other ${ms(time.others)}, ` +
      `optimisers ${ms(time.optimisers)}`,
    `time        ${formatDuration(seconds)} for ${imagesPerEpoch === undefined ? '1000 images' : `an epoch of ${images} images`}`,
    ...(whole === undefined
      ? []
      : [
          `            ${formatDuration((whole.steps * time.total) / 1000)} for all ${whole.steps} steps, ${whole.until}`,
        ]),
  ];
  return {
    device: device.name as DeviceName,
    parameters,
    flops,
    memoryBytes,
    stepMilliseconds: time.total,
    steps: whole?.steps,
    text: lines.join('\n'),
  };
}

function sizeUnknown({ preprocess }: TrainOptions): Pix2PixError {
  return new Pix2PixError(
    'what a step takes depends on the size of its images, which these options leave to the images',
    { preprocess },
    'add a --preprocess that crops, and their size as --crop_size',
  );
}
