import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { readField } from '../../../src/records/reading/fields.js';
import { type Spread, spreadOf } from '../../../src/records/reading/spread.js';
import { formatAge, formatNumber } from '../app/format.js';
import { sweepHref } from '../app/route.js';
import { STATES, StateSign } from '../app/stateBadge.js';
import type { GroupOfRows } from './tableRows.js';

export interface GroupRowProps {
  readonly group: GroupOfRows;
  readonly index: number;
  readonly columns: readonly string[];
  /** How many of its runs are drawn. */
  readonly drawn: number;
  readonly isOpen: boolean;
  readonly isActive: boolean;
  readonly now: number;
  readonly onOpen: (group: string) => void;
  readonly onDraw: (runs: readonly string[], isDrawn: boolean) => void;
}

/** Runs of a group as one row: how many there are in which state, and their metrics as mean and deviation. */
export function GroupRow(props: GroupRowProps) {
  const { group, index, columns, drawn, isOpen, isActive, now, onOpen } = props;
  const { id, name, runs, sweep } = group;
  const updated = Math.max(0, ...runs.map(({ updatedAt = 0 }) => updatedAt));
  return (
    <tr
      data-row={id}
      data-group={name}
      aria-rowindex={index + 2}
      tabIndex={isActive ? 0 : -1}
      class="group-row"
    >
      <td class="draw">
        <input
          type="checkbox"
          tabIndex={-1}
          checked={drawn === runs.length}
          aria-label={`Draw all of ${name}`}
          ref={(box) => {
            if (box !== null) box.indeterminate = drawn > 0 && drawn < runs.length;
          }}
          onChange={({ currentTarget }) =>
            props.onDraw(
              runs.map(({ id }) => id),
              currentTarget.checked,
            )
          }
        />
      </td>
      <th scope="row">
        <span class="name">
          <button
            type="button"
            class="plain fold"
            tabIndex={-1}
            aria-expanded={isOpen}
            aria-label={`${isOpen ? 'Fold' : 'Open'} ${name}`}
            onClick={() => onOpen(id)}
          >
            {isOpen ? '▾' : '▸'}
          </button>
          {sweep === undefined ? (
            <strong>{name}</strong>
          ) : (
            <a href={sweepHref(sweep.id)} tabIndex={-1}>
              {name}
            </a>
          )}
          <span class="quiet">
            {sweep === undefined ? '' : 'sweep, '}
            {count(runs.length, sweep?.runs)}
          </span>
        </span>
      </th>
      <td>
        <StateCounts runs={runs} />
      </td>
      <td class="progress">
        <GroupProgress runs={runs} planned={sweep?.runs} />
      </td>
      <td class="quiet">{updated === 0 ? '' : formatAge(updated, now)}</td>
      {columns.map((field) => (
        <GroupCell key={field} runs={runs} field={field} />
      ))}
      <td />
    </tr>
  );
}

function count(runs: number, planned: number | undefined): string {
  const all = planned === undefined || planned <= runs ? `${runs}` : `${runs} of ${planned}`;
  return `${all} ${all === '1' ? 'run' : 'runs'}`;
}

/** How many runs are in which state. */
export function StateCounts({ runs }: { runs: readonly RunSummary[] }) {
  return (
    <span class="state-counts">
      {STATES.map((state) => [state, runs.filter((run) => run.state === state).length] as const)
        .filter(([, number]) => number > 0)
        .map(([state, number]) => (
          <span key={state} title={`${number} ${state}`}>
            <StateSign state={state} /> {number}
            <span class="visually-hidden"> {state}</span>
          </span>
        ))}
    </span>
  );
}

/** How far all of them are, those still to come counted as well. */
export function GroupProgress({ runs, planned = 0 }: { runs: readonly RunSummary[]; planned?: number }) {
  const known = runs.filter(({ progress }) => progress !== undefined);
  if (known.length === 0) return null;
  const all = Math.max(planned, known.length);
  const share = known.reduce((sum, { progress = 0 }) => sum + progress, 0) / all;
  return (
    <span>
      <progress max={1} value={share} aria-label="Progress of all" />
      <span class="number">{Math.floor(share * 100)} %</span>
    </span>
  );
}

function GroupCell({ runs, field }: { runs: readonly RunSummary[]; field: string }) {
  const values = runs.flatMap((run) => readField(run, field));
  const numbers = values.filter((value) => typeof value === 'number');
  const isMeasured = !runs.some(({ options }) => Object.hasOwn(options, field)); // options have no mean
  if (isMeasured && numbers.length > 0 && numbers.length === values.length) {
    return (
      <td class="number">
        <SpreadText spread={spreadOf(numbers)} />
      </td>
    );
  }
  const distinct = [
    ...new Set(values.map((value) => (typeof value === 'number' ? formatNumber(value) : `${value}`))),
  ];
  return (
    <td class={numbers.length > 0 ? 'quiet number' : 'quiet'}>
      {distinct.length > 2 ? `${distinct.length} values` : distinct.join(', ')}
    </td>
  );
}

/** `0.1034 ± 0.0021`; the extremes on hovering. */
export function SpreadText({ spread }: { spread: Spread | undefined }) {
  if (spread === undefined) return null;
  const { mean, deviation, min, max, count } = spread;
  const title = `mean of ${count}, from ${formatNumber(min)} to ${formatNumber(max)}`;
  return (
    <span title={title}>
      {formatNumber(mean)}
      {deviation !== undefined && deviation > 0 && (
        <span class="quiet"> ± {Number(deviation.toPrecision(2))}</span>
      )}
    </span>
  );
}
