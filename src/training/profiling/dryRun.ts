import { counted } from '../../base/counted.js';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { ALONE, type Place, type SharedPart, sharedParts } from '../../data/batch/batchShare.js';
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
import { batchShare, imagesPerStep, stepPrograms } from '../model/stepPieces.js';
import { tuningNotice } from '../model/tuningNotice.js';
import { type Launch, threadsOf } from '../parallel/launch.js';
import { requireTraining } from '../requireTraining.js';
import { forecastInWords } from './forecastInWords.js';

/** The forecast of `pix2pix train --dry_run`: of one rank, where several train together. */
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
 * Of several ranks, it predicts what the first one takes, and talks to none.
 *
 * @throws Pix2PixError when the options contradict each other, a step cannot fit into memory, or there is no such data
 */
export async function dryRun(given: TrainOptions, listeners: DryRunSurroundings = {}): Promise<DryRun> {
  requireTraining(given);
  const { launch } = listeners;
  const opt =
    launch === undefined ? given : { ...given, intraThreads: given.intraThreads || threadsOf(launch) };
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

async function dryRunOn(opt: TrainOptions, listeners: DryRunSurroundings): Promise<DryRun> {
  const { launch } = listeners;
  // nothing is exchanged: with it a device plans its part of what several compute
  const device = await openChosenDevice(opt, { collective: launch && { ...launch, sum: () => {} } });
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

/** Who is told while it predicts, and how this process was started. */
interface DryRunSurroundings {
  readonly print?: (text: string) => void;
  readonly progress?: (done: number, total: number) => void;
  /** As one of several ranks; default: alone. */
  readonly launch?: Launch;
}

/** The whole training, as `--n_epochs`, `--n_epochs_decay` and `--max_steps` limit it: its steps, and what ends it. */
function wholeTraining(
  opt: TrainOptions,
  imagesPerEpoch: number,
  ranks: number,
): { steps: number; until: string } {
  const epochs = Math.max(0, opt.nEpochs + opt.nEpochsDecay - opt.epochCount + 1);
  const all = epochs * Math.ceil(imagesPerEpoch / imagesPerStep(opt, ranks));
  if (opt.maxSteps < all) return { steps: opt.maxSteps, until: 'where --max_steps ends it' };
  return { steps: all, until: counted(epochs, 'epoch') };
}

async function predict(
  opt: TrainOptions,
  device: Device,
  dataset: Dataset | undefined,
  { print = () => {}, progress = () => {}, launch }: DryRunSurroundings,
): Promise<DryRun> {
  if (device.notice !== undefined) print(device.notice);
  const images = dataset?.length;
  const graph = buildModel(findModel(opt.model), opt as unknown as ModelOptions);
  const size = stepSize(opt);
  if (size === undefined) throw sizeUnknown(opt);
  const among: Place = launch === undefined ? ALONE : { ...launch, rank: 0 };
  const { strategy, needs } = fitMemory(graph, opt, size, device.memory, among);
  const memory = { memory: device.memory, needs, processes: launch?.localSize };
  const kept = dataset && (await planKeptImages(dataset, opt, memory));
  const time = { convolutions: 0, others: 0, optimisers: 0, total: 0 };
  let flops = 0;
  for (const { program: fast, runs } of stepPrograms(graph, opt, size, among)) {
    const program = inStrategy(fast, strategy);
    const onTuning = (layers: number) => print(tuningNotice(layers));
    const once = await device.predictTime(program, { onTuning, progress });
    for (const kind of ['convolutions', 'others', 'optimisers', 'total'] as const)
      time[kind] += runs * once[kind];
    flops += 2 * runs * multiplyAddsOf(program);
  }
  const rest = lastPart(opt, images ?? 0, among);
  const last = rest && {
    images: rest.count,
    bytes: programBytes(
      device.memory.predict(
        stepOf(graph).program({ ...size, batch: rest.count }, { share: batchShare(rest, among, opt) }),
        strategy,
      ),
    ),
  };
  const memoryBytes = Math.min(needs.total + (last?.bytes ?? 0), memoryLimit(opt, device.memory));
  const networks = Object.entries(graph.networks).map(
    ([name, network]) => [name, parameterCount(network)] as const,
  );
  const parameters = networks.reduce((sum, [, count]) => sum + count, 0);
  const whole = images === undefined ? undefined : wholeTraining(opt, images, among.size);
  return {
    device: device.name as DeviceName,
    parameters,
    flops,
    memoryBytes,
    stepMilliseconds: time.total,
    steps: whole?.steps,
    text: forecastInWords({
      ...{ device, launch, size, flops, parameters, networks, memoryBytes, needs, last, time, images, whole },
      ...{ imagesOfRank: imagesPerStep(opt), imagesPerStep: imagesPerStep(opt, among.size) },
      ...{ strategyNote: strategy.note, kept: keptInWords(kept) },
    }),
  };
}

/** The first rank's part of an epoch's last images, where these are fewer than others; undefined where they are not. */
function lastPart(opt: TrainOptions, images: number, among: Place): SharedPart | undefined {
  const together = imagesPerStep({ batchSize: opt.batchSize, accumulate: 1 }, among.size);
  const rest = images % together;
  return rest === 0 ? undefined : sharedParts(rest, { ...among, together })[0];
}

function sizeUnknown({ preprocess }: TrainOptions): Pix2PixError {
  return new Pix2PixError(
    'what a step takes depends on the size of its images, which these options leave to the images',
    { preprocess },
    'add a --preprocess that crops, and their size as --crop_size',
  );
}
