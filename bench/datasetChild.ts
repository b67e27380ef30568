import { availableParallelism } from 'node:os';
import { createDataset } from '../src/data/createDataset.js';
import { parseTrainOptions } from '../src/training/options.js';

/** The cost of opening a data set, in a process that has done nothing else. */
export interface DatasetStart {
  readonly images: number;
  readonly secondsToReady: number;
  readonly secondsToFirstBatch: number;
  /** Peaks of resident memory: when everything is loaded and nothing read, and at the first batch. */
  readonly emptyRssBytes: number;
  readonly peakRssBytes: number;
}

// Run by bench/dataset.ts, once for each figure. The data root is the only argument; the answer is one line of JSON.
const [dataroot] = process.argv.slice(2);
const peak = () => process.resourceUsage().maxRSS * 1024;
const opt = parseTrainOptions(['--dataroot', dataroot, '--num_threads', `${availableParallelism()}`]);
const emptyRssBytes = peak();
const start = performance.now();
const seconds = () => (performance.now() - start) / 1000;
const dataset = await createDataset(opt);
const secondsToReady = seconds();
for await (const _ of dataset) break;
const secondsToFirstBatch = seconds();
const { length: images } = dataset;
const result = { images, secondsToReady, secondsToFirstBatch, emptyRssBytes, peakRssBytes: peak() };
console.log(JSON.stringify(result satisfies DatasetStart));
await dataset.close();
