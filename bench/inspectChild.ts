import { inspectDataset } from '../src/data/inspect/inspectDataset.js';

/** The cost of an inspection, in a process that does nothing else. */
export interface InspectionCost {
  readonly images: number;
  readonly seconds: number;
  readonly peakRssBytes: number;
}

// Run by bench/dataset.ts. The folder is the only argument; the answer is one line of JSON.
const start = performance.now();
const { images } = await inspectDataset({ root: process.argv[2], samples: 0 });
const seconds = (performance.now() - start) / 1000;
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ images, seconds, peakRssBytes } satisfies InspectionCost));
