import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import sharp from 'sharp';
import { RandomStream } from '../src/base/random/stream.js';
import { createDataset } from '../src/data/createDataset.js';
import type { Dataset } from '../src/data/loading/dataset.js';
import { parseTrainOptions } from '../src/training/options.js';
import { median } from './measure.js';

/** How fast pairs come that are resized to 286² and cropped to 256², at batch 1. */
export interface ImageRate {
  readonly what: string;
  /** Pairs that a training which does nothing gets. */
  readonly perSecond: number;
  /** Milliseconds of processor time a pair, of all threads. */
  readonly processorMs: number;
  /** Percent of its time that a training waits whose steps take 10 ms on a GPU, which leave the processor alone. */
  readonly waitingPercent: number;
}

const PAIRS = 100;
const STEP_MS = 10;
const NONE = 0;
const SOME = 2 * PAIRS * 286 ** 2 * 3 * 0.5;
const AMPLE = 1e9;

/** Measures all in turns, so that what else the machine does falls on each alike. */
export async function measureImageRates(folder: string, rounds: number): Promise<ImageRate[]> {
  await drawPairs(join(folder, 'train'));
  const opt = parseTrainOptions(['--dataroot', folder]);
  const kinds = [
    ['decoded each time', NONE],
    ['half of them from memory', SOME],
    ['all of them from memory', AMPLE],
  ] as const;
  const sets = await Promise.all(
    kinds.map(async ([what, bytes]) => {
      const dataset = await createDataset(opt);
      if (bytes > 0) dataset.keepImages({ bytes, leaveFree: 0 });
      await epoch(dataset); // what is kept is there then
      return { what, dataset, epochs: [] as Awaited<ReturnType<typeof epoch>>[], waits: [] as number[] };
    }),
  );
  for (let round = 0; round < rounds; round++)
    for (const { dataset, epochs, waits } of sets) {
      epochs.push(await epoch(dataset));
      waits.push(await waitingOfSteps(dataset));
    }
  for (const { dataset } of sets) await dataset.close();
  return sets.map(({ what, epochs, waits }) => ({
    what,
    perSecond: median(epochs.map(({ perSecond }) => perSecond)),
    processorMs: median(epochs.map(({ processorMs }) => processorMs)),
    waitingPercent: median(waits),
  }));
}

async function epoch(dataset: Dataset): Promise<Pick<ImageRate, 'perSecond' | 'processorMs'>> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  for await (const _ of dataset);
  const { user, system } = process.cpuUsage(used);
  return {
    perSecond: dataset.length / ((performance.now() - start) / 1000),
    processorMs: (user + system) / 1000 / dataset.length,
  };
}

async function waitingOfSteps(dataset: Dataset): Promise<number> {
  const [start, waited] = [performance.now(), dataset.waitedMs];
  for await (const _ of dataset) await setTimeout(STEP_MS);
  return (100 * (dataset.waitedMs - waited)) / (performance.now() - start);
}

/** JPEG files of 1200×600 as those of the paper's maps, with detail that compresses like a photograph's. */
async function drawPairs(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const [width, height] = [1200, 600];
  for (let i = 0; i < PAIRS; i++) {
    const random = new RandomStream(i, 'bench.pair', []);
    const small = Uint8Array.from({ length: (width / 4) * (height / 4) * 3 }, () => random.integer(256));
    const raw = { width: width / 4, height: height / 4, channels: 3 } as const;
    await sharp(small, { raw })
      .resize(width, height)
      .jpeg()
      .toFile(join(folder, `${i}.jpg`));
  }
}
