import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../base/files/atomicFile.js';
import { inTurn } from '../data/batch/batchShare.js';
import type { MetricName } from '../data/metrics/metrics.js';
import type { EvaluationSettings, JudgedSubject } from './evaluation.js';
import { ExtremeImages, type Extremes } from './extremes.js';
import type { Judgement } from './judge.js';
import type { SubjectName } from './subject.js';

/** One process's share, as it waits for the others. */
interface Part {
  /** Of what is evaluated, by what, and in how many parts. */
  readonly evaluation: string;
  readonly subjects: readonly JudgedSubject[];
}

/**
 * Puts the parts of all processes together, when they are all there: each is kept in the folder, whole, and whoever finds all of
 * them has the evaluation. Nothing connects the processes. One that is repeated replaces its part.
 *
 * @returns undefined while parts are missing; what was measured of all images where this process has them all
 * @throws Pix2PixError where the folder has parts of another evaluation
 */
export function finishParts(
  subjects: readonly JudgedSubject[],
  settings: EvaluationSettings,
  imageMetric: MetricName,
): readonly JudgedSubject[] | undefined {
  const { out, shown } = settings;
  const { rank, size } = settings.runs.part;
  if (size === 1) return subjects;
  const evaluation = identityOf(subjects, settings);
  const pathOf = (i: number) => join(out, 'parts', `${i + 1}-of-${size}.json`);
  writeFileAtomic(pathOf(rank), JSON.stringify({ evaluation, subjects } satisfies Part, withFeatures));
  const paths = Array.from({ length: size }, (_, i) => pathOf(i));
  if (!paths.every((path) => existsSync(path))) return undefined;
  const parts = paths.map((path) => readPart(path, evaluation));
  return subjects.map(({ run, tag, epoch }, i) => {
    const all = parts.map((part) => part.subjects[i]);
    const extremes = mergeExtremes(all, imageMetric, shown);
    return { run, tag, epoch, judgement: mergeJudgements(all), extremes };
  });
}

function identityOf(subjects: readonly SubjectName[], settings: EvaluationSettings): string {
  const { runs, folders, features, labels, rankBy, shown } = settings;
  const names = subjects.map(({ run, tag, epoch }) => [run, tag, epoch]);
  const { argv, part } = runs;
  const { target, most, valueRange } = folders;
  const all = [names, argv, part.size, target, most, valueRange, features, labels, rankBy, shown];
  return createHash('sha1').update(JSON.stringify(all)).digest('hex');
}

function readPart(path: string, evaluation: string): Part {
  const part: Part = JSON.parse(readFileSync(path, 'utf8'), withArrays);
  if (part.evaluation === evaluation) return part;
  throw new Pix2PixError(
    'a part of this folder is of another evaluation',
    { part: path },
    'choose another --out for each evaluation, or remove the folder',
  );
}

function mergeJudgements(subjects: readonly JudgedSubject[]): Judgement {
  const all = subjects.map(({ judgement }) => judgement);
  const [{ labels, classes }] = all;
  return {
    images: inTurn(all.map(({ images }) => images)),
    made: inTurn(all.map(({ made }) => made)),
    wanted: inTurn(all.map(({ wanted }) => wanted)),
    ...(classes && {
      labels,
      classes: classes.map((_, i) => all.reduce((sum, each) => sum + each.classes![i], 0)),
    }),
  };
}

function mergeExtremes(subjects: readonly JudgedSubject[], metric: MetricName, shown: number): Extremes {
  const all = new Map(
    subjects.flatMap(({ extremes: { best, worst } }) =>
      [...best, ...worst].map((each) => [each.pictures[0]?.file ?? each.name, each] as const),
    ),
  );
  const kept = new ExtremeImages<Extremes['best'][number]>(metric, shown);
  for (const image of all.values()) kept.add(image);
  return kept;
}

/** Features as base64, since JSON would make them ten times as long; infinity, which it has not, as a word. */
function withFeatures(_: string, value: unknown): unknown {
  if (value instanceof Float32Array)
    return { f32: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  return value === Number.POSITIVE_INFINITY ? 'Infinity' : value;
}

function withArrays(_: string, value: unknown): unknown {
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  const { f32 } = (value ?? {}) as { f32?: unknown };
  return typeof f32 === 'string'
    ? new Float32Array(Uint8Array.from(Buffer.from(f32, 'base64')).buffer)
    : value;
}
