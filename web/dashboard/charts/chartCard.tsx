import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { RunDetail, RunSummary } from '../../../src/records/dashboard/api.js';
import { useDashboard } from '../app/dashboard.js';
import { Failure } from '../app/failure.js';
import { formatNumber } from '../app/format.js';
import type { ChartGroup } from '../app/grouping.js';
import { ChartData } from './chartData.js';
import { ChartMenu } from './chartMenu.js';
import { band, isLog, smoothing, xAxis } from './chartSettings.js';
import { type Line, LineMaker, placeMarks } from './line.js';
import { type Cursor, LinePlot } from './linePlot.js';
import { meanLines } from './meanLines.js';
import { Readout, valuesAt } from './readout.js';
import { type Range, stepsOf } from './xValues.js';

interface ChartCardProps {
  readonly tag: string;
  readonly runs: readonly RunSummary[];
  /** Which runs are drawn as their mean; undefined: each for itself. */
  readonly groups?: readonly ChartGroup[];
  /** Of those runs whose marks are shown. */
  readonly details: readonly RunDetail[];
}

const MOST_IN_HEAD = 3;

/** One scalar of some runs. It asks for data and draws only while it is in sight. */
export function ChartCard({ tag, runs, groups, details }: ChartCardProps) {
  const dashboard = useDashboard();
  const root = useRef<HTMLDivElement>(null);
  const plot = useRef<LinePlot>(undefined);
  const data = useMemo(() => new ChartData(dashboard.source, tag), [dashboard, tag]);
  const inputs = useSignal({ runs, groups, details });
  const known = inputs.peek();
  if (known.runs !== runs || known.groups !== groups || known.details !== details)
    inputs.value = { runs, groups, details };
  const isInSight = useSignal(false);
  const isHovered = useSignal(false);
  const zoom = useSignal<Range | undefined>(undefined);
  const cursor = useSignal<Cursor | undefined>(undefined);

  const maker = useMemo(() => new LineMaker(), [data]);
  const lines = useComputed(() => {
    const look = { axis: xAxis.value, smoothing: smoothing.value, isLog: isLog.value };
    const series = data.detail.value ?? data.whole.value;
    const each = maker.make(inputs.value.runs, series, (run) => dashboard.colourOf(run), look);
    const { groups } = inputs.value;
    return groups === undefined ? each : meanLines(each, groups, band.value);
  });
  const marks = useComputed(() =>
    inputs.value.details.flatMap(({ summary, marks }) =>
      placeMarks(summary, marks, tag, dashboard.colourOf(summary.id), xAxis.value),
    ),
  );
  const picture = useComputed(() => {
    const settings = { axis: xAxis.value, isLog: isLog.value, zoom: zoom.value };
    return { lines: lines.value, marks: marks.value, ...settings };
  });

  useEffect(() => {
    plot.current = new LinePlot(root.current!, {
      onZoom: (range) => {
        zoom.value = range;
      },
      onCursor: (at) => {
        cursor.value = at;
      },
    });
    const observer = new IntersectionObserver(
      ([{ isIntersecting }]) => {
        isInSight.value = isIntersecting;
      },
      { rootMargin: '200px' },
    );
    observer.observe(root.current!);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [data]);

  useSignalEffect(() => {
    void xAxis.value; // a stretch of one axis is none of another
    zoom.value = undefined;
  });
  useSignalEffect(() => {
    const { runs } = inputs.value;
    if (!isInSight.value) return;
    const shown = runs.flatMap((run) => {
      const series = data.whole.peek().get(run.id);
      return series === undefined ? [] : [{ run, series }];
    });
    const steps = zoom.value && stepsOf(zoom.value, xAxis.value, shown);
    data.want(runs, zoom.value && steps && { zoom: zoom.value, steps });
  });
  useSignalEffect(() => {
    if (!isInSight.value) return;
    plot.current?.show(picture.value);
  });

  /** By keyboard what dragging does by pointer. */
  const onKeyDown = (event: KeyboardEvent) => {
    const { min, max } = plot.current!.visible();
    const size = max - min;
    const next: Record<string, Range | undefined> = {
      '+': { min: min + size / 4, max: max - size / 4 },
      '-': { min: min - size / 2, max: max + size / 2 },
      ArrowLeft: { min: min - size / 4, max: max - size / 4 },
      ArrowRight: { min: min + size / 4, max: max + size / 4 },
      '0': undefined,
    };
    if (!(event.key in next) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    zoom.value = next[event.key];
  };

  const at = cursor.value;
  const isEmpty = lines.value.length === 0 && data.whole.value.size > 0;
  const label = `${tag}, of ${lines.value.length === 1 ? lines.value[0].name : `${lines.value.length} runs`}`;
  return (
    <figure class="card chart">
      <figcaption>
        <h3>{tag}</h3>
        <HeadValues lines={lines.value} x={isHovered.value ? undefined : at?.x} />
        {zoom.value !== undefined && (
          <button
            type="button"
            class="plain"
            onClick={() => {
              zoom.value = undefined;
            }}
          >
            Whole range
          </button>
        )}
        <ChartMenu tag={tag} picture={picture} />
      </figcaption>
      {data.failure.value !== undefined && <Failure error={data.failure.value} />}
      <div
        ref={root}
        class="plot"
        role="img"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is zoomed by keys
        tabIndex={0}
        title={isHovered.value ? undefined : 'drag to zoom; or + - ← → and 0'}
        onKeyDown={onKeyDown}
        onPointerEnter={() => {
          isHovered.value = true;
        }}
        onPointerLeave={() => {
          isHovered.value = false;
        }}
      >
        {isHovered.value && at !== undefined && root.current !== null && plot.current !== undefined && (
          <Readout
            cursor={at}
            width={root.current.clientWidth}
            axis={xAxis.value}
            lines={lines.value}
            marks={marks.value}
            visible={plot.current.visible()}
          />
        )}
      </div>
      {isEmpty && <p class="chart-note">{noteOnNothing()}</p>}
    </figure>
  );
}

function noteOnNothing(): string {
  if (isLog.value) return 'No value above 0: a logarithmic scale cannot show these.';
  return `These runs do not tell their ${xAxis.value === 'epoch' ? 'epochs' : 'times'}: choose another axis.`;
}

/** In charts beside the one with the pointer: the values at the same place, where they are few. */
function HeadValues({ lines, x }: { lines: readonly Line[]; x: number | undefined }) {
  if (lines.length > MOST_IN_HEAD) return null;
  const values = valuesAt(lines, x ?? Number.POSITIVE_INFINITY);
  const shown = x === undefined ? lines.map((line) => ({ line, shown: lastOf(line.smoothed) })) : values;
  return (
    <span class="head-values">
      {shown.map(({ line, shown: value }) => (
        <span key={line.run}>
          {lines.length > 1 && <i class="swatch" style={{ background: line.color }} />}
          {formatNumber(value)}
        </span>
      ))}
    </span>
  );
}

function lastOf(values: readonly (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null;
}
