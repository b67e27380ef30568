import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { type Program, withStatisticsOf } from '../../engine/ir/program.js';
import type { Gathering } from '../../engine/runtime/adam.js';
import { inStrategy, type MemoryStrategy } from '../../engine/runtime/memoryPlan.js';
import type { ImageSize, ModelGraph } from '../../models/definition.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { splitBatch } from './batches.js';
import { type DirectedInput, imageSizeOf } from './modelInput.js';

/** One program run of a training step. */
export interface StepPiece {
  readonly key: string;
  build(): Program;
  readonly input: DirectedInput;
  /** Number of the random numbers that it takes. */
  readonly draw: number;
  /** How much its losses count in the step's. */
  readonly share: number;
  /** Which of the batches that the step is made of it is about, from 0, and the place of its first image among all. */
  readonly batch: number;
  readonly firstImage: number;
  /** Of a pooled model: whether it makes the images that go into the pools, or takes those that come out. */
  readonly pools?: 'fills' | 'draws';
  readonly gathering?: Gathering;
}

/** What a step is made from: the options of TrainOptions, and those that only some models have. */
type StepOptions = TrainOptions & { readonly nCritic?: number };

/** The images of a whole step. */
export function imagesPerStep({ batchSize, accumulate }: { batchSize: number; accumulate: number }): number {
  return batchSize * accumulate;
}

/** Throws Pix2PixError when gradients are to be gathered for a model that cannot be cut into parts. */
export function requireParts(graph: ModelGraph, { accumulate, model }: StepOptions): void {
  if (accumulate === 1 || graph.parts !== undefined) return;
  throw new Pix2PixError(
    `--accumulate ${accumulate} and --model ${model} contradict each other`,
    {},
    'pass a larger --batch_size instead',
  );
}

/**
 * The program runs of one training step. One, mostly: all parts of the step, or with `--n_critic` only the first of
 * them in all but every so-manieth step. With `--accumulate` one for each part and piece of the batch, so that the
 * generator meets the discriminator that all pieces have updated, as it would with the whole batch at once.
 */
export function stepPieces(
  graph: ModelGraph,
  opt: StepOptions,
  strategy: MemoryStrategy,
  input: DirectedInput,
  step: number,
): StepPiece[] {
  const { nCritic = 1, accumulate } = opt;
  const isCriticAlone = nCritic > 1 && (step + 1) % nCritic !== 0;
  const parts = graph.parts === undefined || !isCriticAlone ? graph.parts : graph.parts.slice(0, 1);
  const { pooled } = graph;
  const poolsOf = (part: string) =>
    pooled && ({ pools: part === graph.parts![0] ? 'fills' : 'draws' } as const);
  if (accumulate === 1 || parts === undefined) {
    const size = imageSizeOf(input, graph.inputs);
    const whole = { input, draw: step, share: 1, batch: 0, firstImage: 0 };
    const piece = (own?: readonly string[]) => ({
      key: `train ${own} ${JSON.stringify(size)}`,
      build: () => inStrategy(graph.trainStep(size, own), strategy),
      ...whole,
    });
    if (pooled === undefined) return [piece(parts)];
    return parts!.map((part) => ({ ...piece([part]), ...poolsOf(part) }));
  }
  const batches = splitBatch(input, opt.batchSize);
  const total = input.real_A.shape[0];
  return parts.flatMap((part) =>
    batches.map((batch, i) => {
      const size = imageSizeOf(batch, graph.inputs);
      const share = batch.real_A.shape[0] / total;
      return {
        key: `gather ${part} ${JSON.stringify(size)}`,
        build: () => inStrategy(onlyPart(graph, part, graph.trainStep(size, [part])), strategy),
        input: batch,
        draw: step * accumulate + i,
        share,
        batch: i,
        firstImage: i * opt.batchSize,
        gathering: { share, isFirst: i === 0, isLast: i === batches.length - 1 },
        ...poolsOf(part),
      };
    }),
  );
}

/** The programs of a training step of full batches, and how often each runs in one, on average. */
export function stepPrograms(
  graph: ModelGraph,
  { nCritic = 1, accumulate }: StepOptions,
  size: ImageSize,
): { readonly program: Program; readonly runs: number }[] {
  const { parts } = graph;
  if (accumulate > 1 && parts !== undefined) {
    return parts.map((part, i) => ({
      program: onlyPart(graph, part, graph.trainStep(size, [part])),
      runs: i === 0 ? accumulate : accumulate / nCritic,
    }));
  }
  if (graph.pooled !== undefined)
    return parts!.map((part) => ({ program: graph.trainStep(size, [part]), runs: 1 }));
  const whole = { program: graph.trainStep(size), runs: 1 / nCritic };
  if (nCritic === 1 || parts === undefined) return [{ ...whole, runs: 1 }];
  return [whole, { program: graph.trainStep(size, parts.slice(0, 1)), runs: 1 - 1 / nCritic }];
}

/** A network's forward pass is repeated in the parts before its own; its statistics move in its own. */
function onlyPart(graph: ModelGraph, part: string, program: Program): Program {
  const later = graph.parts!.slice(graph.parts!.indexOf(part) + 1);
  const others = graph.optimisers.filter(({ name }) => later.includes(name));
  const left = new Set(
    others.flatMap(({ networks }) => networks.flatMap((name) => graph.networks[name].states)),
  );
  const moved = [...program.writes.keys(), ...program.counts.keys()].filter((state) => !left.has(state));
  return withStatisticsOf(program, new Set(moved));
}
