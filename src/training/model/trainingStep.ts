import type { SharedPart } from '../../data/batch/batchShare.js';
import type { FloatImages } from '../../data/batch/floatImages.js';
import type { Device } from '../../engine/runtime/device.js';
import type { TensorArray } from '../../engine/runtime/tensorArray.js';
import type { ModelGraph } from '../../models/definition.js';
import { stepOf } from '../../models/stepDefinition.js';
import { joinImages, sliceImages } from './batches.js';
import type { ImagePool } from './imagePool.js';
import { tensorsOf } from './modelInput.js';
import type { OnDemand } from './onDemand.js';
import type { ProgramOutputs } from './programOutputs.js';
import type { ProgramRunner } from './programRunner.js';
import type { StepPiece } from './stepPieces.js';

/** Results of a training step. */
export interface StepResult {
  /** Of the parts that ran. */
  readonly losses: OnDemand<number>;
  /** Of all batches of the step, put together. */
  readonly images: OnDemand<FloatImages>;
}

/** Shared by all pieces of a step. */
export interface StepContext {
  readonly graph: ModelGraph;
  readonly runner: ProgramRunner;
  /** By the names of the inputs that are taken from them. */
  readonly pools: ReadonlyMap<string, ImagePool>;
  /** Learning rates by name. */
  readonly scalars: Readonly<Record<string, number>>;
  readonly step: number;
  /** Whose processes make the step together, where it is not this one alone. */
  readonly device: Pick<Device, 'collective'>;
}

/** The results of one piece of a step. */
interface PieceOutputs extends Pick<StepPiece, 'share' | 'batch'> {
  readonly outputs: ProgramOutputs;
}

/**
 * Runs the pieces of a training step one after another. What they give stays on the device until it is asked for, but
 * for what pools take, and what the next batch would overwrite.
 */
export async function runTrainingStep(
  pieces: readonly StepPiece[],
  { graph, runner, pools, scalars, step, device }: StepContext,
): Promise<StepResult> {
  const done: PieceOutputs[] = [];
  const fromPools: Record<string, TensorArray>[] = [];
  for (const [index, piece] of pieces.entries()) {
    const { key, build, input, share, draw, batch, part, accumulation } = piece;
    const tensors = { ...tensorsOf(input), ...(piece.pools === 'draws' ? fromPools[batch] : {}) };
    const masks = { purpose: 'dropout', draw, firstImage: part.first - part.start } as const;
    const outputs = await runner.run({ key, build, tensors, masks, scalars, accumulation });
    done.push({ share, batch, outputs });
    if (piece.pools === 'fills') {
      const exchanged = Object.entries(stepOf(graph).pooled).map(async ([input, output]) => {
        const images = ofAllProcesses(await outputs.image(output), part, device);
        const shown = pools.get(input)!.exchange(images, step, part.start);
        const from = part.first - part.start;
        return [input, sliceImages(shown, from, from + part.count).data] as const;
      });
      fromPools[batch] = Object.fromEntries(await Promise.all(exchanged));
    }
    if (pieces.slice(index + 1).some(({ key }) => key === piece.key)) await outputs.settle();
  }
  return { losses: lossesOf(done, graph.lossNames), images: imagesOf(done) };
}

/**
 * The images of a whole batch, of which each process has a part: the pool is one for all of them. A sum of batches that are
 * zero but for the own part.
 */
function ofAllProcesses(
  own: FloatImages,
  { images, share, first, start }: SharedPart,
  { collective }: Pick<Device, 'collective'>,
): FloatImages {
  if (collective === undefined) return own;
  const [count, c, h, w] = own.shape;
  const each = own.data.length / count;
  const data = new Float32Array(images * each);
  if (share > 0) data.set(own.data, (first - start) * each);
  collective.sum([data]);
  return { data, shape: [images, c, h, w] };
}

function lossesOf(pieces: readonly PieceOutputs[], names: readonly string[]): OnDemand<number> {
  const losses = names.flatMap((name): [string, () => Promise<number>][] => {
    const output = `loss_${name}`;
    const having = pieces.filter(({ outputs }) => outputs.has(output));
    if (having.length === 0) return [];
    const sum = async () => {
      const values = await Promise.all(having.map(({ outputs }) => outputs.scalar(output)));
      return values.reduce((total, value, i) => total + having[i].share * value, 0);
    };
    return [[name, sum]];
  });
  return new Map(losses);
}

function imagesOf(pieces: readonly PieceOutputs[]): OnDemand<FloatImages> {
  const byName = new Map<string, ProgramOutputs[]>();
  for (const { batch, outputs } of pieces) {
    for (const name of outputs.imageNames()) {
      const batches = byName.get(name) ?? [];
      batches[batch] = outputs;
      byName.set(name, batches);
    }
  }
  const images = [...byName].map(([name, batches]): [string, () => Promise<FloatImages>] => [
    name,
    async () => {
      const all = await Promise.all(batches.map((outputs) => outputs.image(name)));
      return all.length === 1 ? all[0] : joinImages(all);
    },
  ]);
  return new Map(images);
}
