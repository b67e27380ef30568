import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { csvFormatRows } from 'd3-dsv';
import { writeFileAtomic } from '../base/files/atomicFile.js';
import { makeFolder } from '../base/files/makeFolder.js';
import type { Measures } from '../data/metrics/metrics.js';
import { type EvaluatedSubject, type Evaluation, measuredIn } from './evaluation.js';
import { evaluationPage } from './evaluationPage.js';

/** Names of pictures, as `evaluate` makes them. */
const PICTURE = /^\d+_\d+_(input|output|target)\.png$/;

/**
 * Writes `index.html`, `evaluation.json` with all that was measured, `evaluation.csv` with a line for each subject and
 * `images.csv` with one for each image, and removes the pictures that the page does not show.
 */
export function writeEvaluation(folder: string, evaluation: Evaluation): void {
  const { subjects, rankBy, imageMetric, features } = evaluation;
  const names = measuredIn(evaluation);
  const values = (measures: Measures) => names.map((name) => `${measures[name] ?? ''}`);
  const place = ({ run, tag, epoch }: EvaluatedSubject) => [run, tag ?? '', `${epoch ?? ''}`];
  const bySubject = subjects.map((subject) => [
    ...place(subject),
    `${subject.summary.count}`,
    ...values(subject.summary.measures),
  ]);
  const byImage = subjects.flatMap((subject) =>
    subject.judgement.images.map(({ name, measures }) => [...place(subject), name, ...values(measures)]),
  );
  const told = subjects.map(({ run, tag, epoch, summary, judgement: { images } }) => ({
    ...{ run, checkpoint: tag, epoch, images: summary.count, identical: summary.identical },
    ...{ measures: summary.measures, iou: summary.iou, byImage: images },
  }));
  const header = ['run', 'checkpoint', 'epoch'];
  const { html, pictures } = evaluationPage(evaluation);
  const files = {
    'index.html': html,
    'evaluation.json': `${JSON.stringify({ rankBy, imageMetric, features, subjects: told }, noInfinity, 1)}\n`,
    'evaluation.csv': `${csvFormatRows([[...header, 'images', ...names], ...bySubject])}\n`,
    'images.csv': `${csvFormatRows([[...header, 'image', ...names], ...byImage])}\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileAtomic(join(folder, name), text);
  const shown = new Set(pictures);
  const images = join(folder, 'images');
  makeFolder(images);
  for (const file of readdirSync(images))
    if (PICTURE.test(file) && !shown.has(file)) rmSync(join(images, file), { force: true });
}

/** JSON has no infinity: the PSNR of an image that equals its target is `"Infinity"`. */
function noInfinity(_: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? 'Infinity' : value;
}
