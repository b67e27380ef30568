import { ALONE, type Place } from '../../data/batch/batchShare.js';
import type { Device } from '../../engine/runtime/device.js';
import { initialise } from '../../engine/runtime/initialise.js';
import type { MemoryStrategy } from '../../engine/runtime/memoryModel.js';
import type { DrawTensors } from '../../engine/runtime/startingValues.js';
import type { ModelGraph } from '../../models/definition.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { startAverages } from './averagedNetworks.js';
import { stepSize } from './fitMemory.js';
import type { NetworkOptimiser } from './networkOptimiser.js';
import type { ProgramCache } from './programCache.js';
import { stepPieces } from './stepPieces.js';

/** A model whose weights are to be drawn. */
interface StartingModel {
  readonly networks: ModelGraph['networks'];
  readonly trained: readonly NetworkOptimiser[];
  readonly device: Pick<Device, 'upload' | 'download'>;
}

/**
 * Draws a model's weights, by `opt.seed`; their averages begin with the same.
 * @param meanwhile is done while the first network is drawn, where other threads do that
 */
export async function startWeights(
  { networks, trained, device }: StartingModel,
  { seed }: Pick<TrainOptions, 'seed'>,
  draw: DrawTensors | undefined,
  meanwhile?: () => Promise<void>,
): Promise<void> {
  for (const [i, [name, { states }]] of Object.entries(networks).entries()) {
    await initialise(name, states, device, seed, { draw, ...(i === 0 && { meanwhile }) });
  }
  await startAverages(trained);
}

/**
 * Compiles what the first step will run, before its images are there, where the options say how large they will be.
 * @param among which of the processes this is that share the step's images
 */
export async function compileFirstStep(
  graph: ModelGraph,
  opt: TrainOptions,
  strategy: MemoryStrategy,
  programs: ProgramCache,
  among: Place = ALONE,
): Promise<void> {
  const size = stepSize(opt);
  if (size === undefined || opt.accumulate > 1) return;
  const input = { images: {}, size, ofImages: size.batch * among.size, paths: [] };
  for (const { key, build } of stepPieces(graph, opt, strategy, input, 0, among)) {
    await programs.get(key, build);
  }
}
