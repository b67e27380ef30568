import type { FloatImages } from '../../data/batch/floatImages.js';
import type { TensorArray } from '../../engine/runtime/session.js';
import type { ModelGraph } from '../../models/definition.js';
import { stepOf } from '../../models/stepDefinition.js';
import { joinImages } from './batches.js';
import type { ImagePool } from './imagePool.js';
import { tensorsOf } from './modelInput.js';
import type { ProgramRunner } from './programRunner.js';
import type { StepPiece } from './stepPieces.js';

/** Results of a training step. */
export interface StepResult {
  /** Of the parts that ran. */
  readonly losses: Readonly<Record<string, number>>;
  /** Of all batches of the step, put together. */
  readonly images: Readonly<Record<string, FloatImages>>;
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
}

/** Runs the pieces of a training step one after another. */
export async function runTrainingStep(
  pieces: readonly StepPiece[],
  { graph, runner, pools, scalars, step }: StepContext,
): Promise<StepResult> {
  const losses: Record<string, number> = {};
  const made = new Map<string, FloatImages[]>();
  const fromPools: Record<string, TensorArray>[] = [];
  for (const { input, share, draw, batch, firstImage, pools: use, ...piece } of pieces) {
    const tensors = { ...tensorsOf(input), ...(use === 'draws' ? fromPools[batch] : {}) };
    await runner.run({ ...piece, tensors, masks: { purpose: 'dropout', draw }, scalars });
    for (const name of graph.lossNames) {
      const loss = runner.scalar(`loss_${name}`);
      if (loss !== undefined) losses[name] = (losses[name] ?? 0) + share * loss;
    }
    const images = runner.images();
    for (const [name, image] of Object.entries(images)) {
      const batches = made.get(name) ?? [];
      batches[batch] = image;
      made.set(name, batches);
    }
    if (use === 'fills') {
      const exchanged = Object.entries(stepOf(graph).pooled).map(([input, output]) => {
        return [input, pools.get(input)!.exchange(images[output], step, firstImage).data];
      });
      fromPools[batch] = Object.fromEntries(exchanged);
    }
  }
  const joined = [...made].map(([name, batches]) => [
    name,
    batches.length === 1 ? batches[0] : joinImages(batches),
  ]);
  return { losses, images: Object.fromEntries(joined) };
}
