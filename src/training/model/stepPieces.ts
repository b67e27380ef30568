import type { Program } from '../../engine/ir/program.js';
import type { MemoryStrategy } from '../../engine/runtime/memoryModel.js';
import { inStrategy } from '../../engine/runtime/memoryPlan.js';
import type { Accumulation } from '../../engine/runtime/optimiser.js';
import type { ModelGraph } from '../../models/definition.js';
import type { ImageSize } from '../../models/images.js';
import { type PartSelection, stepOf, type TrainingStep } from '../../models/stepDefinition.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { splitBatch } from './batches.js';
import type { BoundInput } from './modelInput.js';

/** One program run of a training step. */
export interface StepPiece {
  readonly key: string;
  build(): Program;
  readonly input: BoundInput;
  /** Number of the random numbers that it takes. */
  readonly draw: number;
  /** How much its losses count in the step's. */
  readonly share: number;
  /** Which of the batches that the step is made of it is about, from 0, and the place of its first image among all. */
  readonly batch: number;
  readonly firstImage: number;
  /** Of a pooled model: whether it makes the images that go into the pools, or takes those that come out. */
  readonly pools?: 'fills' | 'draws';
  readonly accumulation?: Accumulation;
}

/** The options that a step depends on; `nCritic` is one of some models alone. */
type StepOptions = Pick<TrainOptions, 'batchSize' | 'accumulate'> & { readonly nCritic?: number };

/** The images of a whole step. */
export function imagesPerStep({ batchSize, accumulate }: { batchSize: number; accumulate: number }): number {
  return batchSize * accumulate;
}

/**
 * The programs that training step `step` runs, one after another: one of all parts, or with `--n_critic` of the first
 * part alone in all but every n-th step. Each part has its own with image pools, which stand between the parts, and
 * with `--accumulate`, so that the generator meets the discriminator that all batches have updated, as it would with
 * one large batch.
 */
function selections({ parts, pooled }: TrainingStep, opt: StepOptions, step: number): PartSelection[] {
  const { nCritic = 1, accumulate } = opt;
  const now = (step + 1) % nCritic === 0 ? parts : parts.slice(0, 1);
  const isApart = accumulate > 1 || Object.keys(pooled).length > 0;
  const groups = isApart ? now.map((part) => [part]) : [now];
  return groups.map((group, i) => ({ parts: group, movesShared: i === groups.length - 1 }));
}

/** The program runs of training step `step`: with `--accumulate`, each of its programs for every batch. */
export function stepPieces(
  graph: ModelGraph,
  opt: StepOptions,
  strategy: MemoryStrategy,
  input: BoundInput,
  step: number,
): StepPiece[] {
  const { batchSize, accumulate } = opt;
  const definition = stepOf(graph);
  const batches = accumulate === 1 ? [input] : splitBatch(input, batchSize);
  return selections(definition, opt, step).flatMap((selection) =>
    batches.map((batch, i) => {
      const { size } = batch;
      const share = size.batch / input.size.batch;
      return {
        key: `train ${JSON.stringify([selection, size])}`,
        build: () => inStrategy(definition.program(size, selection), strategy),
        input: batch,
        draw: step * accumulate + i,
        share,
        batch: i,
        firstImage: i * batchSize,
        pools: poolsOf(definition, selection),
        accumulation:
          accumulate === 1 ? undefined : { share, isFirst: i === 0, isLast: i === batches.length - 1 },
      };
    }),
  );
}

function poolsOf(step: TrainingStep, { parts }: PartSelection): StepPiece['pools'] {
  if (Object.keys(step.pooled).length === 0) return undefined;
  return parts?.[0] === step.parts[0] ? 'fills' : 'draws';
}

/** The programs of training steps of full batches, and how often each runs in one, on average. */
export function stepPrograms(
  graph: ModelGraph,
  opt: StepOptions,
  size: ImageSize,
): { readonly program: Program; readonly runs: number }[] {
  const { nCritic = 1, accumulate } = opt;
  const definition = stepOf(graph);
  const cycle = Array.from({ length: nCritic }, (_, step) => selections(definition, opt, step)).flat();
  const found = new Map<string, { selection: PartSelection; count: number }>();
  for (const selection of cycle) {
    const key = JSON.stringify(selection);
    found.set(key, { selection, count: (found.get(key)?.count ?? 0) + 1 });
  }
  return [...found.values()].map(({ selection, count }) => ({
    program: definition.program(size, selection),
    runs: (accumulate * count) / nCritic,
  }));
}
