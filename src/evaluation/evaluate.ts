import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../base/files/atomicFile.js';
import { FeatureNetworks } from '../data/metrics/features/featureNetworks.js';
import { METRICS, type MetricFacts, type MetricName } from '../data/metrics/metrics.js';
import { nearestName } from '../options/nearest.js';
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
  const { features, stop } = settings;
  const networks = await FeatureNetworks.open(features, settings.runs.threads);
  const judge = new Judge(networks);
  let rankBy = settings.rankBy ?? 'L1';
  const judged: JudgedSubject[] = [];
  try {
    for await (const subject of subjectsOf(settings)) {
      if (judged.length === 0 && subject.labels !== undefined) rankBy = settings.rankBy ?? 'mIoU';
      requireLabels(subject, rankBy);
      judged.push(await judgeSubject(subject, judged.length, judge, imageMetricOf(rankBy), settings));
      stop?.throwIfAborted();
    }
  } finally {
    await networks.dispose();
  }
  const imageMetric = imageMetricOf(rankBy);
  const whole = finishParts(judged, settings, imageMetric);
  if (whole === undefined) return undefined;
  const subjects = whole.map((subject) => ({ ...subject, summary: summarise(subject.judgement) }));
  const evaluation = { rankBy, imageMetric, features: networks.names, subjects };
  writeEvaluation(settings.out, evaluation);
  return evaluation;
}

/** By which the images of a subject are compared. */
const imageMetricOf = (rankBy: MetricName) => (isOfImages(rankBy) ? rankBy : 'L1');

async function* subjectsOf({ subjects, runs, folders, labels }: EvaluationSettings): AsyncGenerator<Subject> {
  for (const name of subjects) {
    if (isRun(name, runs)) yield* subjectsOfRun(name, runs, labels);
    else if (existsSync(name)) yield await subjectOfFolder(name, folders, labels);
    else throw nothingThere(name, runs);
  }
}

function nothingThere(name: string, runs: EvaluationSettings['runs']): Pix2PixError {
  const { checkpointsDir } = runs;
  const folders = existsSync(checkpointsDir) ? readdirSync(checkpointsDir) : [];
  const near = nearestName(
    name,
    folders.filter((each) => isRun(each, runs)),
  );
  return new Pix2PixError(
    `there is no run or folder ${name}`,
    { 'looked for a run in': checkpointsDir },
    near === undefined ? 'check the name, and --checkpoints_dir' : `did you mean ${near}?`,
  );
}

function requireLabels({ run, labels }: Subject, rankBy: MetricName): void {
  const { needs }: MetricFacts = METRICS[rankBy];
  if (needs !== 'labels' || labels !== undefined) return;
  throw new Pix2PixError(
    `${rankBy} is of label maps`,
    { '--rank_by': rankBy, 'without labels': run },
    'pass --label_nc N, or --palette FILE',
  );
}

async function judgeSubject(
  subject: Subject,
  index: number,
  judge: Judge,
  metric: MetricName,
  { out, shown, runs: { part }, onProgress, stop }: EvaluationSettings,
): Promise<JudgedSubject> {
  const judgement: Judgement = judge.begin(subject);
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
async function pictured(
  { name, pictures: { input, output, target } }: JudgedImage,
  value: number,
  stem: string,
) {
  const all = Object.entries({ input, output, target });
  const shown = all.flatMap(([label, batch]) => (batch === undefined ? [] : [{ label, batch }]));
  const pictures = shown.map(({ label, batch }) => {
    const [, height, width] = batch.shape;
    return { label, file: `${stem}_${label}.png`, width, height };
  });
  const files = await Promise.all(shown.map(({ batch }) => encodePng(batch)));
  return { name, value, pictures, files };
}
