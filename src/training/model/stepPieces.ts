import { ALONE, type Place, type SharedPart, sharedParts } from '../../data/batch/batchShare.js';
import type { Program } from '../../engine/ir/program.js';
import type { BatchShare } from '../../engine/ir/trace.js';
import type { MemoryStrategy } from '../../engine/runtime/memoryModel.js';
import { inStrategy } from '../../engine/runtime/memoryPlan.js';
import type { Accumulation } from '../../engine/runtime/optimiser.js';
import type { ModelGraph } from '../../models/definition.js';
import { type ImageSize, sizeKey } from '../../models/images.js';
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
  /** Which of the batches that the step is made of it is about, from 0, and the images in it that it has. */
  readonly batch: number;
  readonly part: SharedPart;
  /** Of a pooled model: whether it makes the images that go into the pools, or takes those that come out. */
  readonly pools?: 'fills' | 'draws';
  readonly accumulation?: Accumulation;
}

/** The options that a step depends on; `nCritic` is one of some models alone. */
type StepOptions = Pick<TrainOptions, 'batchSize' | 'accumulate' | 'syncNorm'> & {
  readonly nCritic?: number;
};

/** The images of a whole step, in all of so many processes. */
export function imagesPerStep(
  { batchSize, accumulate }: { readonly batchSize: number; readonly accumulate: number },
  processes = 1,
): number {
  return batchSize * accumulate * processes;
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

/**
 * The program runs of training step `step`: with `--accumulate`, each of its programs for every batch.
 * @param among which of the processes this is that share the step's images; default: it is alone
 */
export function stepPieces(
  graph: ModelGraph,
  opt: StepOptions,
  strategy: MemoryStrategy,
  input: BoundInput,
  step: number,
  among: Place = ALONE,
): StepPiece[] {
  const { batchSize, accumulate } = opt;
  const definition = stepOf(graph);
  const together = accumulate === 1 ? input.ofImages : batchSize * among.size;
  const parts = sharedParts(input.ofImages, { ...among, together });
  const counts = parts.map(({ count }) => count);
  const batches = parts.length === 1 ? [input] : splitBatch(input, counts);
  return selections(definition, opt, step).flatMap((selected) =>
    parts.map((part, i) => {
      const { size } = batches[i];
      const selection = { ...selected, share: batchShare(part, among, opt) };
      const share = part.images / input.ofImages;
      return {
        key: `train ${JSON.stringify(selection)} ${sizeKey(size)}`,
        build: () => inStrategy(definition.program(size, selection), strategy),
        input: batches[i],
        draw: step * accumulate + i,
        share,
        batch: i,
        part,
        pools: poolsOf(definition, selection),
        accumulation:
          accumulate === 1 ? undefined : { share, isFirst: i === 0, isLast: i === parts.length - 1 },
      };
    }),
  );
}

/** What a program knows of the batch that its images are a part of; undefined for one that computes all of it. */
export function batchShare(
  { images, share }: Pick<SharedPart, 'images' | 'share'>,
  { size }: Place,
  { syncNorm }: Pick<StepOptions, 'syncNorm'>,
): BatchShare | undefined {
  return size === 1 ? undefined : { images, share, syncNorm };
}

function poolsOf(step: TrainingStep, { parts }: PartSelection): StepPiece['pools'] {
  if (Object.keys(step.pooled).length === 0) return undefined;
  return parts?.[0] === step.parts[0] ? 'fills' : 'draws';
}

/** Of a full batch, what each of these processes has. */
export function fullShare(
  opt: Pick<StepOptions, 'batchSize' | 'syncNorm'>,
  among: Place,
): BatchShare | undefined {
  return batchShare({ images: opt.batchSize * among.size, share: 1 / among.size }, among, opt);
}

/**
 * The programs of training steps of full batches, and how often each runs in one, on average.
 * @param among as above
 */
export function stepPrograms(
  graph: ModelGraph,
  opt: StepOptions,
  size: ImageSize,
  among: Place = ALONE,
): { readonly program: Program; readonly runs: number }[] {
  const { nCritic = 1, accumulate } = opt;
  const definition = stepOf(graph);
  const share = fullShare(opt, among);
  const cycle = Array.from({ length: nCritic }, (_, step) => selections(definition, opt, step)).flat();
  const found = new Map<string, { selection: PartSelection; count: number }>();
  for (const selection of cycle) {
    const key = JSON.stringify(selection);
    found.set(key, { selection, count: (found.get(key)?.count ?? 0) + 1 });
  }
  return [...found.values()].map(({ selection, count }) => ({
    program: definition.program(size, { ...selection, share }),
    runs: (accumulate * count) / nCritic,
  }));
}
