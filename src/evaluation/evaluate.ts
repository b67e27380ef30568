import { join } from 'node:path';
import { writeFileAtomic } from '../base/files/atomicFile.js';
import { FeatureLooks } from '../data/metrics/features/featureLooks.js';
import type { MetricName } from '../data/metrics/metrics.js';
import { encodePng } from '../records/writing/encodePng.js';
import { type Evaluation, type EvaluationSettings, isOfImages, type JudgedSubject } from './evaluation.js';
import { type Extreme, ExtremeImages, type Extremes } from './extremes.js';
import { subjectOfFolder } from './folderSubject.js';
import { Judge, type Judgement } from './judge.js';
import { finishParts } from './parts.js';
import { isRun, subjectsOfRun } from './runSubjects.js';
import { type JudgedImage, labelOf, type Subject } from './subject.js';
import { summarise } from './summary.js';
import { writeEvaluation } from './writeEvaluation.js';

/**
 * Measures checkpoints and folders on the same images, and writes a page, JSON and CSV. Where several processes share the
 * images out, each keeps its part in the folder, and the one that ends last writes the whole.
 *
 * @returns undefined where other parts are still to come
 * @throws Pix2PixError for every error that a user can correct
 */
export async function evaluate(settings: EvaluationSettings): Promise<Evaluation | undefined> {
  const { labels, rankBy, features, stop } = settings;
  const looks = await FeatureLooks.open(features, settings.runs.threads);
  const judge = new Judge(looks, labels);
  const imageMetric = isOfImages(rankBy) ? rankBy : 'L1';
  const judged: JudgedSubject[] = [];
  try {
    for await (const subject of subjectsOf(settings)) {
      judged.push(await judgeSubject(subject, judged.length, judge, imageMetric, settings));
      stop?.throwIfAborted();
    }
  } finally {
    await looks.dispose();
  }
  const whole = finishParts(judged, settings, imageMetric);
  if (whole === undefined) return undefined;
  const subjects = whole.map((subject) => ({ ...subject, summary: summarise(subject.judgement, labels) }));
  const evaluation = { rankBy, imageMetric, features: looks.names, subjects };
  writeEvaluation(settings.out, evaluation);
  return evaluation;
}

async function* subjectsOf({ subjects, runs, folders }: EvaluationSettings): AsyncGenerator<Subject> {
  for (const name of subjects) {
    if (isRun(name, runs)) yield* subjectsOfRun(name, runs);
    else yield await subjectOfFolder(name, folders);
  }
}

async function judgeSubject(
  subject: Subject,
  index: number,
  judge: Judge,
  metric: MetricName,
  { out, shown, runs: { part }, onProgress, stop }: EvaluationSettings,
): Promise<JudgedSubject> {
  const judgement: Judgement = judge.begin();
  const kept = new ExtremeImages<Extreme & { readonly files: readonly Uint8Array[] }>(metric, shown);
  let done = 0;
  for await (const image of subject.images()) {
    stop?.throwIfAborted();
    const value = (await judge.add(judgement, image))[metric];
    const place = part.rank + done * part.size;
    if (value !== undefined && kept.wouldKeep(value))
      kept.add(await pictured(image, value, `${index}_${place}`));
    done++;
    onProgress?.({ stage: labelOf(subject), unit: 'images', done, total: subject.length });
  }
  const extremes: Extremes = { best: kept.best.map(written), worst: kept.worst.map(written) };
  function written({ files, ...extreme }: Extreme & { readonly files: readonly Uint8Array[] }): Extreme {
    for (const [i, { file }] of extreme.pictures.entries())
      writeFileAtomic(join(out, 'images', file), files[i], { durable: false });
    return extreme;
  }
  const { run, tag, epoch } = subject;
  return { run, tag, epoch, judgement, extremes };
}

/** @param stem of the pictures' names, which no other image has */
async function pictured({ name, input, made, wanted }: JudgedImage, value: number, stem: string) {
  const all = Object.entries({ input, output: made, target: wanted });
  const shown = all.flatMap(([label, batch]) =>
    batch !== undefined && [1, 3].includes(batch.shape[3]) ? [{ label, batch }] : [],
  );
  const pictures = shown.map(({ label, batch }) => {
    const [, height, width] = batch.shape;
    return { label, file: `${stem}_${label}.png`, width, height };
  });
  const files = await Promise.all(shown.map(({ batch }) => encodePng(batch)));
  return { name, value, pictures, files };
}
