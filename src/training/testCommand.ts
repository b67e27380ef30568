import { join, parse } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { ImageBatch } from '../data/batch/imageBatch.js';
import type { Batch } from '../data/batch/sample.js';
import { type Show, showing } from '../data/batch/shownImage.js';
import { createDataset } from '../data/createDataset.js';
import type { Dataset } from '../data/loading/dataset.js';
import { type MeanMetrics, MetricMeans } from '../data/metrics/metricMeans.js';
import { tableOf } from '../options/serialise.js';
import type { TestOptions } from '../options/testOptions.js';
import { writeOptionsFile } from '../records/writing/optionsFile.js';
import { modelOfPage, type OtherImage, ResultsPage } from '../records/writing/resultsPage.js';
import { openKeptDevice } from './chosenDevice.js';
import { createModel } from './createModel.js';
import type { Model } from './model/model.js';
import { registeredExtensions } from './options.js';
import { stretching } from './report/imageSides.js';
import { ResultFiles } from './resultFiles.js';
import { completeOptions } from './saved/completeOptions.js';
import { checkpointTag, runFolder } from './saved/loadModel.js';
import { translateInDraws } from './testDraws.js';
import { metricsOf } from './validation/validate.js';

/** The results of a test. */
export interface TestSummary {
  /** Path of the results page. */
  readonly page: string;
  readonly images: number;
  /** Of a model whose images have targets; `count` is 0 for others. */
  readonly means: MeanMetrics;
}

/** Messages and progress that a test reports while it runs. */
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
 * ```
 * const { page, means } = await test(parseTestOptions(['--name', 'facades', '--epoch', 'best']));
 * ```
 *
 * @param stop when aborted, the page of what has been translated is written
 * @param out by default, warnings go to the console and progress nowhere
 * @throws Pix2PixError for every error that a user can correct
 */
export async function test(
  given: TestOptions,
  stop: AbortSignal = new AbortController().signal,
  out: TestSurroundings = { message: console.warn, progress: () => {} },
): Promise<TestSummary> {
  const opt = completeOptions(given);
  recordOptions(opt, out);
  const device = await openKeptDevice(opt, out.message);
  try {
    const model = await createModel(opt, device);
    if (device.notice !== undefined) out.message(device.notice);
    const { sheet: batchSize = opt.batchSize } = model.graph;
    const dataset = await createDataset(
      { ...opt, batchSize },
      { onWarning: out.message, onProgress: out.message },
    );
    try {
      const stretched = await stretching(dataset.folders, opt);
      if (stretched !== undefined) out.message(`warning: ${stretched}`);
      await model.setup(opt, { print: opt.quiet ? () => {} : out.message });
      return await translateAll(model, opt, dataset, stop, out);
    } finally {
      await dataset.close();
    }
  } finally {
    await device.dispose();
  }
}

async function translateAll(
  model: Model,
  opt: TestOptions,
  dataset: Dataset,
  stop: AbortSignal,
  out: TestSurroundings,
): Promise<TestSummary> {
  // Named as the reference names it: test_latest, test_latest_iter5000.
  const label = `${opt.phase}_${opt.epoch}${opt.loadIter > 0 ? `_iter${opt.loadIter}` : ''}`;
  const folder = pageFolder(join(opt.resultsDir, opt.name, label), opt.model);
  const title = `${opt.name}, ${opt.phase}, epoch ${checkpointTag(opt)}`;
  const page = new ResultsPage(folder, title, {
    aspectRatio: opt.aspectRatio,
    model: opt.model,
  });
  const files = resultFiles(folder, dataset, opt, out);
  const means = new MetricMeans();
  const show = showing(opt);
  const total = Math.min(opt.numTest, dataset.length);
  let images = 0;
  for await (const batch of dataset) {
    if (stop.aborted) break;
    model.setInput(batch);
    const drawn = await translateOne(model, opt, show, (n) => images + n * total);
    const visuals = Object.entries(await model.getCurrentVisuals());
    const shown = Object.fromEntries(visuals.map(([name, visual]) => [name, show(name, visual)]));
    const [metrics] = await metricsOf(model);
    if (metrics !== undefined) means.add(metrics);
    const paths = model.getImagePaths();
    await page.add(parse(paths[0]).name, { ...shown, ...drawn }, metrics, otherOf(model, paths[0], batch));
    const made = visuals.find(([name]) => /^fake(_B)?$/.test(name));
    if (made !== undefined) files?.add(made[1], batch);
    images += paths.length;
    out.progress(Math.min(images, total), total, paths[0]);
    if (images >= opt.numTest) break;
  }
  if (images === 0 && !stop.aborted) {
    throw new Pix2PixError(
      'no image could be translated',
      { dataroot: opt.dataroot, phase: opt.phase, images: dataset.length },
      'the warnings above say what is wrong with them',
    );
  }
  return { page: page.write(), images, means: means.mean() };
}

function resultFiles(
  page: string,
  { folders }: Dataset,
  opt: TestOptions,
  { message }: TestSurroundings,
): ResultFiles | undefined {
  const { resultFormat } = opt;
  if (resultFormat === 'none') return undefined;
  return new ResultFiles(page, folders, { ...opt, resultFormat }, message);
}

/** @returns what is shown besides the model's own visuals: with `--draws` the mean of the draws, and their deviation */
async function translateOne(
  model: Model,
  { draws: count, eval: evaluate }: TestOptions,
  show: Show,
  draw: (n: number) => number,
): Promise<Readonly<Record<string, ImageBatch>>> {
  if (count === 1) {
    await model.test({ evaluate, draw: draw(0) });
    return {};
  }
  const name = model.graph.compared?.[0] ?? 'fake_B';
  const { mean, deviation } = await translateInDraws(model, name, { count, draw, evaluate });
  return { [`${name}_mean`]: show(name, mean), [`${name}_deviation`]: deviation };
}

/** A page of single images, made by --model test, goes beside one that has more: measures, or both directions. */
function pageFolder(folder: string, model: string): string {
  const before = modelOfPage(folder);
  return model !== 'test' || before === undefined || before === model ? folder : `${folder}_single`;
}

/** The image of the other side and what is made of it. */
function otherOf({ graph }: Model, path: string, { APaths, BPaths }: Batch): OtherImage | undefined {
  const { visualsOfOther: labels } = graph;
  const other = [APaths[0], BPaths[0]].find((each) => each !== path);
  return labels && other !== undefined ? { name: parse(other).name, labels } : undefined;
}

/** Beside the checkpoints, as the reference does; they may lie where one may only read. */
function recordOptions(opt: TestOptions, out: TestSurroundings): void {
  try {
    writeOptionsFile(runFolder(opt), 'test', tableOf(opt, registeredExtensions()), { ...opt });
  } catch (error) {
    if (!(error instanceof Pix2PixError)) throw error;
    out.message(`warning: ${error.message}`);
  }
}
