import { counted } from '../base/counted.js';
import { METRICS, type MetricFacts, type MetricName, showMeasure } from '../data/metrics/metrics.js';
import { type Html, html } from '../records/writing/html.js';
import { figures, page } from '../records/writing/page.js';
import { curve, type Line } from './curve.js';
import { bestOf, type EvaluatedSubject, type Evaluation, measuredIn } from './evaluation.js';
import type { Extreme } from './extremes.js';
import { labelOf } from './subject.js';

/**
 * The page of an evaluation: a table of all subjects, curves over epochs where a run has several, and of each run's best
 * checkpoint the best and the worst images.
 *
 * @returns the document, and the files of `images` that it shows
 */
export function evaluationPage(evaluation: Evaluation): { html: string; pictures: string[] } {
  const { subjects, rankBy } = evaluation;
  const runs = [...new Set(subjects.map(({ run }) => run))];
  const shown = runs.map((run) =>
    bestOf(
      subjects.filter((subject) => subject.run === run),
      rankBy,
    ),
  );
  const best = bestOf(subjects, rankBy);
  const names = measuredIn(evaluation);
  const body = html`${table(evaluation, names)}${curves(evaluation, names, runs)}${shown.map((subject) => imagesOf(subject, evaluation))}${classTable(shown)}`;
  const pictures = shown.flatMap(({ extremes }) =>
    [...extremes.best, ...extremes.worst].flatMap(({ pictures }) => pictures.map(({ file }) => file)),
  );
  const summary = `${counted(best.summary.count, 'image')}; best by ${rankBy}: ${labelOf(best)}, ${showMeasure(rankBy, best.summary.measures[rankBy])}`;
  return { html: page({ title: 'Evaluation', summary, body }), pictures };
}

function table({ subjects, features }: Evaluation, names: readonly MetricName[]): Html {
  const title = (name: MetricName) => {
    const { better, unit }: MetricFacts = METRICS[name];
    return html`<th title="${better} is better">${name} ${better === 'lower' ? '↓' : '↑'}${unit && html` <small>${unit}</small>`}</th>`;
  };
  const cell = (subject: EvaluatedSubject) => (name: MetricName) => {
    const isBest = subjects.length > 1 && bestOf(subjects, name) === subject;
    const text = showMeasure(name, subject.summary.measures[name]).replace(/ dB$/, '');
    return html`<td>${isBest ? html`<strong>${text}</strong>` : text}</td>`;
  };
  const row = (subject: EvaluatedSubject) =>
    html`<tr><td>${subject.run}</td><td>${subject.tag}</td><td>${subject.epoch}</td>${names.map(cell(subject))}</tr>
`;
  return html`<div class="table" tabindex="0"><table>
<thead><tr><th style="min-width: 8rem">run</th><th>checkpoint</th><th>epoch</th>${names.map(title)}</tr></thead>
<tbody>${subjects.map(row)}</tbody>
</table></div>
${features.length > 0 ? html`<p><small>Features by ${features.join(', ')}</small></p>` : undefined}`;
}

/** Of each metric a chart, where a run was evaluated at more than one epoch. */
function curves(
  { subjects }: Evaluation,
  names: readonly MetricName[],
  runs: readonly string[],
): Html | undefined {
  const linesOf = (name: MetricName): Line[] =>
    runs.map((run) => ({
      name: run,
      points: subjects.flatMap(({ run: of, epoch, summary }) => {
        const value = summary.measures[name];
        return of === run && epoch !== undefined && Number.isFinite(value) ? [[epoch, value!] as const] : [];
      }),
    }));
  const charts = names.flatMap((name) => {
    const lines = linesOf(name).filter(({ points }) => points.length > 1);
    return lines.length === 0 ? [] : [{ name, lines }];
  });
  if (charts.length === 0) return undefined;
  const drawn = charts.map(({ name, lines }) => {
    const { better }: MetricFacts = METRICS[name];
    return curve(`${name}, ${better} is better`, lines, (value) =>
      showMeasure(name, value).replace(/ dB$/, ''),
    );
  });
  return html`<section><h2>Over epochs</h2><div class="figures">${drawn}</div></section>
`;
}

function imagesOf(subject: EvaluatedSubject, { imageMetric }: Evaluation): Html {
  const { best, worst } = subject.extremes;
  const list = (title: string, images: readonly Extreme[]) => html`<section>
<h2>${labelOf(subject)}: the ${title} by ${imageMetric}</h2>
${images.map(({ name, value, pictures }) => html`<p style="margin: .75rem 0 .25rem">${name}: ${showMeasure(imageMetric, value)}</p>${figures(pictures)}`)}
</section>
`;
  return html`${list('best', best)}${list('worst', worst)}`;
}

function classTable(subjects: readonly EvaluatedSubject[]): Html | undefined {
  const withClasses = subjects.filter(({ summary }) => summary.iou !== undefined);
  if (withClasses.length === 0) return undefined;
  const rows = withClasses[0].summary.iou!.map(
    (_, i) =>
      html`<tr><td>class ${i}</td>${withClasses.map(({ summary }) => html`<td>${showMeasure('mIoU', summary.iou![i] ?? undefined)}</td>`)}</tr>
`,
  );
  return html`<h2>Intersection over union by class</h2>
<div class="table" tabindex="0"><table>
<thead><tr><th>class</th>${withClasses.map((subject) => html`<th>${labelOf(subject)}</th>`)}</tr></thead>
<tbody>${rows}</tbody>
</table></div>
`;
}
