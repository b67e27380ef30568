import type { LossScaling } from '../../engine/runtime/lossScaling.js';
import type { DecidedAlgorithms } from '../../engine/runtime/tunedChoices.js';
import type { BestValidation } from '../validation/bestValidation.js';
import type { LossSum } from './epochLoss.js';
import type { ScheduleState } from './schedule.js';

/** Where in the data training goes on; a `Dataset` knows it. */
export interface Place {
  /** The epoch under way, from 1. */
  readonly epoch: number;
  /** How many of its batches have been used. All of them: the epoch has yet to be ended, by its validation and so on. */
  readonly batchIndex: number;
  /** Images of a batch, in all processes; checkpoints of earlier versions do not say. */
  readonly batchSize?: number;
}

/** The part of a training state that is no tensor. */
export interface SavedProgress {
  readonly version: 1;
  readonly place: Place;
  /** The best validation so far; undefined before the first. */
  readonly best?: BestValidation;
  /** Images seen in all, as the reference counts iterations, and optimiser steps made. */
  readonly totalIters: number;
  readonly steps: number;
  /** The loss that plateau watches where nothing is validated: sum and count over the epoch so far. */
  readonly epochLoss: LossSum;
  /** The last losses, for those that a step does not compute anew; checkpoints of earlier versions have none. */
  readonly losses?: Readonly<Record<string, number>>;
  readonly schedule: ScheduleState;
  /** By optimiser: updates made. */
  readonly updates: Readonly<Record<string, number>>;
  /** Of a training in mixed precision, by optimiser. */
  readonly lossScaling?: Readonly<Record<string, LossScaling>>;
  /** Which algorithms layers compute by; checkpoints of earlier versions do not say. */
  readonly decided?: DecidedAlgorithms;
}
