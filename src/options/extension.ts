import type { Recipes } from './recipes/recipe.js';
import type { OptionTable } from './spec.js';

/**
 * The changes that a model or a data set makes to the options when it is chosen (`modify_commandline_options` in the
 * reference): it may bring flags and set other defaults.
 *
 * ```
 * const sketch: OptionExtension = {
 *   options: { lambda_edge: { kind: 'float', default: 10, min: 0, group: 'Losses', help: 'weight of the edges' } },
 *   defaults: { norm: 'batch', dataset_mode: 'aligned' },
 * };
 * ```
 */
export interface OptionExtension {
  /** One that exists already may be declared again, to say which of its choices or what range there is here. */
  readonly options?: OptionTable;
  /** Keyed by flag. In a test, those of flags that only a training has are passed over. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Of a model: which data sets of this package it can make something of. Default: all. */
  readonly datasetModes?: readonly string[];
}

/** An extension, or one for training (`true`) and another for testing (`false`). */
export type ExtendOptions = OptionExtension | ((isTrain: boolean) => OptionExtension);

/**
 * The choices of --model and --dataset_mode with their changes to the options, as the registries of models and data
 * sets have them.
 */
export interface OptionExtensions {
  readonly models: Readonly<Record<string, ExtendOptions>>;
  readonly datasets: Readonly<Record<string, ExtendOptions>>;
  /** The choices of --recipe. Default: none. */
  readonly recipes?: Recipes;
}
