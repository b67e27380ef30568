import { useRef } from 'preact/hooks';
import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { useDashboard } from '../app/dashboard.js';
import { runHref } from '../app/route.js';
import { Scrolls } from '../app/scrolls.js';
import { useWidth } from '../app/useWidth.js';
import { nameOf } from '../charts/line.js';
import { type FieldScale, fieldScale, fieldValue } from './fieldScale.js';

const HEIGHT = 240;
const [NARROWEST, WIDEST] = [96, 170]; // between two axes
const MARGIN = { top: 34, bottom: 12, left: 56, right: 64 };

interface PlacedAxis {
  readonly scale: FieldScale;
  readonly x: number;
}

interface ParallelCoordinatesProps {
  readonly runs: readonly RunSummary[];
  readonly fields: readonly string[];
  /** Its axis comes last, and is always seen unless somebody has chosen more axes than there is width for. */
  readonly metric: string;
  /** Whether somebody has chosen the fields: then all are drawn, else as many as there is width for. */
  readonly isChosen: boolean;
}

/** Each run as a line across one axis per field: which options go with which result. A line leads to its run. */
export function ParallelCoordinates({ runs, fields, metric, isChosen }: ParallelCoordinatesProps) {
  const dashboard = useDashboard();
  const view = useRef<HTMLElement>(null);
  const room = useWidth(view) - MARGIN.left - MARGIN.right;
  const shown = isChosen ? fields : fields.slice(0, Math.max(1, Math.floor(room / NARROWEST)));
  const scales = [...shown, metric].map((field) => fieldScale(runs, field));
  const spaces = Math.max(1, shown.length);
  const gap = Math.max(NARROWEST, Math.min(WIDEST, room / spaces));
  const width = MARGIN.left + MARGIN.right + gap * spaces;
  const axes = scales.map((scale, i) => ({ scale, x: MARGIN.left + i * gap }));
  const left = fields.length - shown.length;
  return (
    <Scrolls label="Parallel coordinates" class="card" view={view}>
      <svg
        class="parallel"
        viewBox={`0 0 ${width} ${HEIGHT}`}
        width={width}
        height={HEIGHT}
        aria-label="Parallel coordinates"
      >
        {runs.map((run) => (
          <RunLine key={run.id} run={run} axes={axes} color={dashboard.colourOf(run.id)} />
        ))}
        {axes.map((axis) => (
          <Axis key={axis.scale.field} {...axis} />
        ))}
      </svg>
      {left > 0 && <p class="chart-note">{left} more options differ: choose them by Axes.</p>}
    </Scrolls>
  );
}

/** A line breaks where the run has nothing in a field. */
function RunLine({ run, axes, color }: { run: RunSummary; axes: readonly PlacedAxis[]; color: string }) {
  let isBroken = true;
  const path = axes.map(({ scale, x }) => {
    const value = fieldValue(run, scale.field);
    const command = value === undefined ? '' : `${isBroken ? 'M' : 'L'}${x} ${yOf(scale.place(value))}`;
    isBroken = value === undefined;
    return command;
  });
  const said = axes
    .map(({ scale: { field } }) => `${field} ${fieldValue(run, field) ?? 'absent'}`)
    .join(', ');
  return (
    <a href={runHref(run.id)} aria-label={`${nameOf(run)}: ${said}`}>
      <title>{`${nameOf(run)}\n${said.replaceAll(', ', '\n')}`}</title>
      <path class="reach" d={path.join('')} />
      <path d={path.join('')} stroke={color} />
    </a>
  );
}

function Axis({ scale: { field, ticks }, x }: PlacedAxis) {
  return (
    <g>
      <line x1={x} x2={x} y1={yOf(1)} y2={yOf(0)} />
      <text x={x} y={MARGIN.top - 18} text-anchor="middle" class="axis-name">
        {field}
      </text>
      {ticks.map(({ at, text }) => (
        <text key={text} x={x + 5} y={yOf(at)} dy="0.35em">
          {text}
        </text>
      ))}
    </g>
  );
}

function yOf(place: number): number {
  return HEIGHT - MARGIN.bottom - place * (HEIGHT - MARGIN.top - MARGIN.bottom);
}
