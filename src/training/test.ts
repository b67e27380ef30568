import { join, parse } from 'node:path';
import { createDataset } from '../data/createDataset.js';
import { toImageBatch } from '../data/floatImages.js';
import { Pix2PixError } from '../errors/pix2pixError.js';
import { imageMetrics } from '../metrics/imageMetrics.js';
import { type MeanMetrics, MetricMeans } from '../metrics/metricMeans.js';
import { tableOf } from '../options/serialise.js';
import type { TestOptions } from '../options/testOptions.js';
import { writeOptionsFile } from '../tracking/optionsFile.js';
import { ResultsPage } from '../tracking/resultsPage.js';
import { completeOptions } from './completeOptions.js';
import { createModel } from './createModel.js';
import { checkpointTag, runFolder } from './loadModel.js';
import { registeredExtensions } from './options.js';

export interface TestSummary {
  /** Path of the results page. */
  readonly page: string;
  readonly images: number;
  readonly means: MeanMetrics;
}

/** What a test tells of while it runs. */
export interface TestSurroundings {
  /** Notes and warnings. */
  message(text: string): void;
  /** After every image. */
  progress(done: number, total: number, path: string): void;
}

/**
 * `pix2pix test`: translates the images of a phase with a trained generator, and writes the results page with all of
 * them and how far they are from their targets.
 *
 * Batch statistics and dropout are as in training unless `--eval`, as in the reference.
 *
 * @param stop when aborted, the page of what has been translated is written
 * @throws Pix2PixError for everything that a person can mend
 */
export async function test(
  given: TestOptions,
  stop: AbortSignal,
  out: TestSurroundings,
): Promise<TestSummary> {
  const opt = completeOptions(given);
  writeOptionsFile(runFolder(opt), 'test', tableOf(opt, registeredExtensions()), { ...opt });
  const dataset = await createDataset({ ...opt, epochCount: 1 }, { onWarning: out.message });
  const model = await createModel(opt);
  const tag = checkpointTag(opt);
  const folder = join(opt.resultsDir, opt.name, `${opt.phase}_${tag}`);
  const page = new ResultsPage(folder, `${opt.name}, ${opt.phase}, epoch ${tag}`, {
    aspectRatio: opt.aspectRatio,
  });
  const means = new MetricMeans();
  const total = Math.min(opt.numTest, dataset.length);
  let images = 0;
  try {
    await model.setup(opt, { print: opt.quiet ? () => {} : out.message });
    for await (const batch of dataset) {
      if (images >= opt.numTest || stop.aborted) break;
      model.setInput(batch);
      await model.test({ evaluate: opt.eval, draw: images });
      const visuals = Object.entries(model.getCurrentVisuals());
      const shown = Object.fromEntries(visuals.map(([name, visual]) => [name, toImageBatch(visual)]));
      const [metrics] = imageMetrics(shown.fake_B, shown.real_B);
      means.add(metrics);
      const [path] = model.getImagePaths();
      await page.add(parse(path).name, shown, metrics);
      out.progress(++images, total, path);
    }
  } finally {
    await dataset.close();
    await model.dispose();
  }
  if (images === 0) {
    throw new Pix2PixError('no image could be translated', { dataroot: opt.dataroot, phase: opt.phase });
  }
  return { page: page.write(), images, means: means.mean() };
}
