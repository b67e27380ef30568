import { freemem } from 'node:os';
import { Pix2PixError } from '../errors/pix2pixError.js';
import type { ImageSize, ModelGraph } from '../models/definition.js';
import { formatBytes, parseMemorySize } from '../options/memorySize.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { MEMORY_WAYS, type MemoryNeeds, type MemoryWay, predictMemory } from '../runtime/memoryPlan.js';

/** How a training will use memory. */
export interface MemoryFit {
  readonly way: MemoryWay;
  readonly needs: MemoryNeeds;
}

/** The images that a training's steps are made of, where all have one size. */
export function stepSize({ batchSize, cropSize, loadSize, preprocess }: TrainOptions): ImageSize {
  const side = preprocess.includes('crop') ? cropSize : loadSize;
  return { batch: batchSize, height: side, width: side, format: 'u8' };
}

/**
 * The fastest way to train that fits into `--memory_limit`, or without it into the memory that is free.
 *
 * @throws Pix2PixError when none fits: with what is needed, what there is, and what would fit
 */
export function fitMemory(graph: ModelGraph, opt: TrainOptions): MemoryFit {
  const size = stepSize(opt);
  const limit = opt.memoryLimit === undefined ? availableMemory() : parseMemorySize(opt.memoryLimit)!;
  const program = graph.trainStep(size);
  const fits = MEMORY_WAYS.map((way) => ({ way, needs: predictMemory(program, way) }));
  const fit = fits.find(({ needs }) => needs.total <= limit);
  if (fit !== undefined) return fit;
  const least = fits.reduce((a, b) => (b.needs.total < a.needs.total ? b : a)).needs;
  throw new Pix2PixError(
    'a training step does not fit into memory',
    {
      needed: `${formatBytes(least.total)}, of it ${formatBytes(least.states)} for parameters, gradients and moments`,
      [opt.memoryLimit === undefined ? 'free' : '--memory_limit']: formatBytes(limit),
    },
    whatWouldFit(graph, opt, size, limit) ?? 'choose a smaller network: --ngf, --ndf, --netG',
  );
}

/** The largest batch, else the largest images, with which a step would fit. */
function whatWouldFit(
  graph: ModelGraph,
  opt: TrainOptions,
  size: ImageSize,
  limit: number,
): string | undefined {
  const leanest = MEMORY_WAYS[MEMORY_WAYS.length - 1];
  const fits = (smaller: ImageSize) => {
    try {
      return predictMemory(graph.trainStep(smaller), leanest).total <= limit;
    } catch {
      return false; // the network takes no such images
    }
  };
  for (let batch = size.batch >> 1; batch >= 1; batch >>= 1) {
    if (fits({ ...size, batch })) return `--batch_size ${batch} would fit`;
  }
  const flag = opt.preprocess.includes('crop') ? 'crop_size' : 'load_size';
  for (let side = size.height >> 1; side >= 16; side >>= 1) {
    if (fits({ ...size, batch: 1, height: side, width: side }))
      return `--batch_size 1 --${flag} ${side} would fit`;
  }
  return undefined;
}

/** What this process could still take: of the machine, or of the container that it runs in. */
function availableMemory(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  // Without a limit it is 0, or a number beyond any memory.
  const free = freemem() + process.memoryUsage.rss();
  return constrained > 0 && constrained < Number.MAX_SAFE_INTEGER ? Math.min(free, constrained) : free;
}
