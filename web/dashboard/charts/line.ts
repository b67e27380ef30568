import type { RunSummary, Series } from '../../../src/records/dashboard/api.js';
import type { Mark } from '../../../src/records/reading/runSummary.js';
import { smooth } from '../../../src/records/reading/smoothing.js';
import type { XAxis } from './chartSettings.js';
import { xOf, xValues } from './xValues.js';

/** One run in a chart, or the mean of several. */
export interface Line {
  /** The run's id, or the name of the group. */
  readonly run: string;
  /** The runs whose mean it is. */
  readonly members?: readonly string[];
  /** The spread around a mean, at each of the places. */
  readonly band?: { readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[] };
  readonly name: string;
  /** `#rrggbb` */
  readonly color: string;
  /** Ascending, in the unit of the axis. */
  readonly xs: readonly number[];
  /** Null where there is nothing to draw: NaN, and on a logarithmic scale what is not above 0. */
  readonly values: readonly (number | null)[];
  /** The same values where nothing is smoothed. */
  readonly smoothed: readonly (number | null)[];
}

/** Something that happened in a run, on the horizontal axis. */
export interface PlacedMark extends Pick<Mark, 'kind' | 'label'> {
  readonly x: number;
  readonly color: string;
  readonly name: string;
}

export interface LineLook {
  readonly axis: XAxis;
  readonly smoothing: number;
  readonly isLog: boolean;
}

/**
 * Makes the lines of one chart, and those that are as they were only once: while training runs, new points of one run
 * cost nothing for the others.
 */
export class LineMaker {
  private readonly made = new Map<string, { series: Series; key: string; line: Line | undefined }>();
  private last: readonly Line[] = [];

  /** @returns the same array where no line has changed */
  make(
    runs: readonly RunSummary[],
    seriesOf: ReadonlyMap<string, Series>,
    colourOf: (run: string) => string,
    look: LineLook,
  ): readonly Line[] {
    const lines = runs.flatMap((run) => {
      const series = seriesOf.get(run.id);
      return series === undefined ? [] : (this.line(run, series, colourOf(run.id), look) ?? []);
    });
    const isSame = lines.length === this.last.length && lines.every((line, i) => line === this.last[i]);
    if (!isSame) this.last = lines;
    return this.last;
  }

  private line(run: RunSummary, series: Series, color: string, look: LineLook): Line | undefined {
    const key = JSON.stringify([color, nameOf(run), run.startedAt, run.imagesPerEpoch, look]);
    const made = this.made.get(run.id);
    if (made !== undefined && made.series === series && made.key === key) return made.line;
    const line = makeLine(run, series, color, look);
    this.made.set(run.id, { series, key, line });
    return line;
  }
}

/** A run's series as it is drawn; undefined where there is nothing of it to draw. */
function makeLine(
  run: RunSummary,
  series: Series,
  color: string,
  { axis, smoothing, isLog }: LineLook,
): Line | undefined {
  const xs = xValues(axis, run, series);
  if (xs.length === 0) return undefined;
  const drawable = (value: number | null) => (isLog && value !== null && value <= 0 ? null : value);
  const smoothed = smooth(series.values, weightFor(series, smoothing)).map(drawable);
  return { run: run.id, name: nameOf(run), color, xs, values: series.values.map(drawable), smoothed };
}

/**
 * A learning rate is set, not measured: there is nothing to smooth. Elsewhere the mean reaches over no more than a tenth
 * of the curve (about 1 / (1 - weight) points), or a curve of few points would be a late copy of itself.
 */
function weightFor({ tag, values }: Series, chosen: number): number {
  return /^lr\b/.test(tag) ? 0 : Math.max(0, Math.min(chosen, 1 - 10 / values.length));
}

/** The marks of a run that concern a scalar. */
export function placeMarks(
  run: RunSummary,
  marks: readonly Mark[],
  tag: string,
  color: string,
  axis: XAxis,
): PlacedMark[] {
  return marks.flatMap((mark) => {
    const x = xOf(axis, run, mark);
    if (x === undefined || (mark.kind === 'nan' && mark.label !== tag)) return [];
    return [{ kind: mark.kind, label: mark.label, x, color, name: nameOf(run) }];
  });
}

/** The name that the page shows for a run. */
export function nameOf({ id, annotations }: RunSummary): string {
  return annotations.displayName ?? id;
}
