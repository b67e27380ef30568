import { formatBytes } from '../../base/byteSize.js';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { ALONE, type Place } from '../../data/batch/batchShare.js';
import { imageFormatOf } from '../../data/batch/sideFormat.js';
import type { Program } from '../../engine/ir/program.js';
import type { MemoryModel, MemoryNeeds, MemoryStrategy } from '../../engine/runtime/memoryModel.js';
import type { ModelGraph } from '../../models/definition.js';
import type { ImageSize } from '../../models/images.js';
import { parameterCount } from '../../models/layers/module.js';
import { stepOf } from '../../models/stepDefinition.js';
import { parseMemorySize } from '../../options/memorySize.js';
import { pixelSize, sidesOf } from '../../options/pixelSize.js';
import type { TestOptions } from '../../options/testOptions.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import type { ProgramMemory } from './programCache.js';
import { fullShare, stepPrograms } from './stepPieces.js';

/** How a training will use memory. */
export interface MemoryUse {
  readonly strategy: MemoryStrategy;
  /** Undefined where the size of its steps is not known before. */
  readonly needs: MemoryNeeds | undefined;
}

/** A use of memory that is known to fit. */
export interface MemoryFit extends MemoryUse {
  readonly needs: MemoryNeeds;
}

/** The images that a training's steps are made of, or undefined where the images themselves decide their size. */
export function stepSize(opt: TrainOptions): ImageSize | undefined {
  return opt.preprocess.includes('crop') ? croppedSize(opt) : undefined;
}

/** The images of steps of whole crops. */
export function croppedSize(opt: TrainOptions): ImageSize {
  return { batch: opt.batchSize, ...sidesOf(opt.cropSize), format: imageFormatOf(opt) };
}

/** The memory that a training may take: `--memory_limit`, or without it the free memory of the device. */
export function memoryLimit({ memoryLimit }: TrainOptions, memory: MemoryModel): number {
  return memoryLimit === undefined ? memory.available() : parseMemorySize(memoryLimit)!;
}

/**
 * How a training uses memory. Where the size of its steps is not known, a limit that was given asks for the leanest
 * strategy. Tests train nothing, and are as fast as can be.
 *
 * @param among which of the processes this is that share the images; default: it is alone
 */
export function chooseMemoryUse(
  graph: ModelGraph,
  opt: TrainOptions | TestOptions,
  memory: MemoryModel,
  among: Place = ALONE,
): MemoryUse {
  if (!opt.isTrain) return { strategy: memory.strategies[0], needs: undefined };
  const size = stepSize(opt);
  if (size !== undefined) return fitMemory(graph, opt, size, memory, among);
  const strategy = opt.memoryLimit === undefined ? memory.strategies[0] : leanest(memory);
  return { strategy, needs: undefined };
}

/** The memory that compiled programs may take: those of full batches, of an epoch's last one, of validation. */
export function roomForPrograms(
  graph: ModelGraph,
  opt: TrainOptions | TestOptions,
  strategy: MemoryStrategy,
  memory: MemoryModel,
): ProgramMemory {
  const bytesOf = (program: Program) => programBytes(memory.predict(program, strategy));
  if (!opt.isTrain) return { bytesOf, room: Number.POSITIVE_INFINITY };
  const states = Object.values(graph.networks).reduce((sum, network) => sum + parameterCount(network), 0);
  const taken = memory.processBytes + memory.parameterBytes * states + extraStateBytes(graph, opt);
  return { bytesOf, room: memoryLimit(opt, memory) - taken };
}

/** The memory of a compiled program besides the states. */
export function programBytes({ kept, working }: MemoryNeeds): number {
  return kept + working;
}

/** The memory that optimisers take besides: gradients accumulated over batches, and moving averages. */
function extraStateBytes({ networks, testNetworks }: ModelGraph, { accumulate, ema }: TrainOptions): number {
  const bytes = (names: readonly string[]) =>
    names.reduce((sum, name) => sum + 4 * parameterCount(networks[name]), 0);
  return (accumulate > 1 ? bytes(Object.keys(networks)) : 0) + (ema > 0 ? bytes(testNetworks) : 0);
}

/** Of the fakes that pools keep. */
function poolBytes(graph: ModelGraph, { poolSize }: TrainOptions, { height, width }: ImageSize): number {
  const channels = Math.max(...graph.inputs.map((input) => input.channels));
  return Object.keys(stepOf(graph).pooled).length * poolSize * 4 * channels * height * width;
}

/** Of a step, in as many programs as it takes: all of them stay compiled. */
function memoryNeeds(
  graph: ModelGraph,
  opt: TrainOptions,
  size: ImageSize,
  memory: MemoryModel,
  among: Place,
): (strategy: MemoryStrategy) => MemoryNeeds {
  const whole = stepOf(graph).program(size, { share: fullShare(opt, among) });
  const programs = stepPrograms(graph, opt, size, among).map(({ program }) => program);
  return (strategy) => {
    const { process, states } = memory.predict(whole, strategy);
    const parts = programs.map((program) => memory.predict(program, strategy));
    const sum = (of: 'kept' | 'working') => parts.reduce((bytes, needs) => bytes + needs[of], 0);
    const needs = {
      process,
      states: states + extraStateBytes(graph, opt) + poolBytes(graph, opt, size),
      kept: sum('kept'),
      working: sum('working'),
    };
    return { ...needs, total: needs.process + needs.states + needs.kept + needs.working };
  };
}

/**
 * The fastest way to train that fits.
 *
 * @param among as above
 * @throws Pix2PixError when none does: with what is needed, what there is, and what would fit
 */
export function fitMemory(
  graph: ModelGraph,
  opt: TrainOptions,
  size: ImageSize,
  memory: MemoryModel,
  among: Place = ALONE,
): MemoryFit {
  const limit = memoryLimit(opt, memory);
  const needsBy = memoryNeeds(graph, opt, size, memory, among);
  const fits = memory.strategies.map((strategy) => ({ strategy, needs: needsBy(strategy) }));
  const fit = fits.find(({ needs }) => needs.total <= limit);
  if (fit !== undefined) return fit;
  const least = fits.reduce((a, b) => (b.needs.total < a.needs.total ? b : a)).needs;
  const wouldFit = whatWouldFit(
    size,
    (smaller) => memoryNeeds(graph, opt, smaller, memory, among)(leanest(memory)).total <= limit,
  );
  throw new Pix2PixError(
    'a training step does not fit into memory',
    {
      needed: `${formatBytes(least.total)}, of it ${formatBytes(least.states)} for parameters, gradients and moments`,
      [opt.memoryLimit === undefined ? 'free' : '--memory_limit']: formatBytes(limit),
    },
    wouldFit ?? 'choose a smaller network: --ngf, --ndf, --netG',
  );
}

function leanest({ strategies }: MemoryModel): MemoryStrategy {
  return strategies[strategies.length - 1];
}

/** Sizes of images that are tried; networks take multiples of a power of two. */
const SIDE_STEP = 32;

/** The largest batch, else the largest images, with which a step would fit. */
function whatWouldFit(size: ImageSize, isWithin: (smaller: ImageSize) => boolean): string | undefined {
  const fits = (smaller: ImageSize) => {
    try {
      return isWithin(smaller);
    } catch {
      return false; // the network takes no such images
    }
  };
  let [fitting, tooLarge] = [0, size.batch];
  while (tooLarge - fitting > 1) {
    const batch = (fitting + tooLarge) >> 1;
    if (fits({ ...size, batch })) fitting = batch;
    else tooLarge = batch;
  }
  if (fitting > 0) return `--batch_size ${fitting} would fit`;
  for (let width = size.width - SIDE_STEP; width >= SIDE_STEP; width -= SIDE_STEP) {
    const height = Math.round((width * size.height) / size.width / SIDE_STEP) * SIDE_STEP;
    if (height > 0 && fits({ ...size, batch: 1, height, width }))
      return `--batch_size 1 --crop_size ${pixelSize({ width, height })} would fit`;
  }
  return undefined;
}
