import type { CheckpointStore } from '../../checkpoints/store.js';
import type { Device } from '../../engine/runtime/device.js';
import type { Module } from '../../models/layers/module.js';
import type { TestOptions } from '../../options/testOptions.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import type { BestValidation } from '../validation/bestValidation.js';
import type { EpochLoss } from './epochLoss.js';
import type { ImagePool } from './imagePool.js';
import type { NetworkOptimiser } from './networkOptimiser.js';
import type { Place, SavedProgress } from './savedProgress.js';
import type { Schedule } from './schedule.js';

/** Saves a model in checkpoints, and restores it from them. */
export interface SavedModel {
  readonly device: Pick<Device, 'upload' | 'download' | 'versions' | 'decided' | 'restoreDecided'>;
  /** None when testing. */
  readonly trained: readonly NetworkOptimiser[];
  readonly pools: ReadonlyMap<string, ImagePool>;
  readonly schedule: Pick<Schedule, 'state' | 'restore'>;
  readonly epochLoss: EpochLoss;
  totalIters: number;
  steps: number;
  /** Those that have memory: all when training, generators when testing. */
  usedNetworks(): Readonly<Record<string, Module>>;
  getCurrentLosses(): Promise<Readonly<Record<string, number>>>;
  restoreLosses(losses: Readonly<Record<string, number>>): void;
}

/** The checkpoint that a model was loaded from. */
export interface LoadedFrom {
  /** Another one than was asked for, where that was damaged. */
  readonly tag: string;
  /** The epoch that its weights belong to, and the images seen by then. */
  readonly epoch: number;
  readonly totalIters: number;
  /** The session that wrote it, if it is known. */
  readonly session?: string;
  /** Where training stood; undefined where the checkpoint holds networks alone, as an epoch's does. */
  readonly progress: SavedProgress | undefined;
  /** Networks that it does not hold and that start afresh. */
  readonly fresh: readonly string[];
}

/** Where a model's checkpoints are: files in Node, the browser's storage in a page. */
export interface ModelCheckpoints {
  /**
   * Fills a model from the checkpoint that the options name.
   * @throws Pix2PixError when there is none, or it is damaged or of another architecture
   */
  load(model: SavedModel, opt: TrainOptions | TestOptions): Promise<LoadedFrom>;
  /**
   * Puts the weights that the options name, of another training, in the place of those that have been drawn.
   * @returns what a person should know of them
   * @throws Pix2PixError when there are none, or they do not fit
   */
  begin(model: SavedModel, opt: TrainOptions): Promise<readonly string[]>;
  /**
   * Saves a model under the tags. @throws Pix2PixError when there is not enough space; the checkpoints before are
   * intact
   */
  save(
    tags: readonly string[],
    model: SavedModel,
    opt: TrainOptions,
    place: Place,
    best: BestValidation | undefined,
  ): Promise<void>;
}

/** Opens the checkpoints of a run. @param store those that `setup` was given */
export type OpenCheckpoints = (opt: TrainOptions | TestOptions, store?: CheckpointStore) => ModelCheckpoints;
