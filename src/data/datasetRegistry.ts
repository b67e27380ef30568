import { DATASET_DEFAULTS } from '../options/datasetDefaults.js';
import type { DataOptions } from './options.js';
import type { SampleSource } from './pair/sampleSource.js';

/** Makes the source of a data set from the run's options; where that takes long, `onProgress` is told how far it is. */
export type DatasetFactory = (
  opt: DataOptions,
  surroundings: { readonly onProgress?: (text: string) => void },
) => SampleSource | Promise<SampleSource>;

const factories = new Map<string, DatasetFactory>();

/**
 * Adds a data set under a name for `--dataset_mode`. A name that is taken is replaced.
 *
 * @param factory see `SampleSource` for an example; its samples are made in the thread that calls `createDataset`
 */
export function registerDataset(name: string, factory: DatasetFactory): void {
  factories.set(name, factory);
}

/** What `registerDataset` was given for a name. */
export function registeredDataset(name: string): DatasetFactory | undefined {
  return factories.get(name);
}

/** Whether `--dataset_mode name` is as this package brings it: only then do other threads know it too. */
export function isBuiltInDataset(name: string): boolean {
  return Object.hasOwn(DATASET_DEFAULTS, name) && !factories.has(name);
}

/** The names that `--dataset_mode` takes. */
export function datasetModes(): string[] {
  return [...new Set([...Object.keys(DATASET_DEFAULTS), ...factories.keys()])];
}
