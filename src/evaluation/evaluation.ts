import type { OnProgress } from '../base/progress.js';
import {
  isBetter,
  METRIC_NAMES,
  METRICS,
  type MetricFacts,
  type MetricName,
} from '../data/metrics/metrics.js';
import type { Extremes } from './extremes.js';
import type { FolderSettings } from './folderSubject.js';
import type { Judgement } from './judge.js';
import type { LabelSettings } from './labels.js';
import type { RunSettings } from './runSubjects.js';
import type { SubjectName } from './subject.js';
import type { Summary } from './summary.js';

/** A subject, and what was measured of it. */
export interface JudgedSubject extends SubjectName {
  readonly judgement: Judgement;
  readonly extremes: Extremes;
}

/** What is evaluated, by what, and where it is written. */
export interface EvaluationSettings {
  /** Runs and folders. */
  readonly subjects: readonly string[];
  readonly runs: RunSettings;
  readonly folders: FolderSettings;
  /** Feature networks: paths of ONNX files. */
  readonly features: readonly string[];
  /** How pictures show classes; runs whose output is labels know theirs. */
  readonly labels?: LabelSettings;
  /** By which checkpoints are compared; by default mIoU where the first is of label maps, and otherwise L1. */
  readonly rankBy?: MetricName;
  /** So many of the best images are shown, and so many of the worst. */
  readonly shown: number;
  readonly out: string;
  readonly onProgress?: OnProgress;
  /** When aborted, nothing is written. */
  readonly stop?: AbortSignal;
}

/** A subject and what it has come to. */
export interface EvaluatedSubject extends JudgedSubject {
  readonly summary: Summary;
}

/** An evaluation, as `evaluation.json` holds it but for features and pictures. */
export interface Evaluation {
  readonly rankBy: MetricName;
  /** By which the best and the worst images were chosen. */
  readonly imageMetric: MetricName;
  /** The feature networks, as their descriptions name them. */
  readonly features: readonly string[];
  readonly subjects: readonly EvaluatedSubject[];
}

/** The metrics that were measured of anything, in order. */
export function measuredIn({ subjects }: Pick<Evaluation, 'subjects'>): MetricName[] {
  return METRIC_NAMES.filter((name) => subjects.some(({ summary }) => summary.measures[name] !== undefined));
}

/** Of several subjects the best one by a metric; the first where none has it. */
export function bestOf(subjects: readonly EvaluatedSubject[], metric: MetricName): EvaluatedSubject {
  return subjects.reduce((best, each) =>
    isBetter(metric, each.summary.measures[metric], best.summary.measures[metric]) ? each : best,
  );
}

/** Whether a metric is of single images, and not of sets. */
export function isOfImages(metric: MetricName): boolean {
  const { needs }: MetricFacts = METRICS[metric];
  return needs !== 'features' || metric === 'LPIPS';
}
