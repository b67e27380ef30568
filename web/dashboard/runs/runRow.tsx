import { memo } from 'preact/compat';
import { formatDuration } from '../../../src/base/duration.js';
import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { type FieldValue, readField } from '../../../src/records/reading/fields.js';
import { formatAge, formatCount, formatNumber } from '../app/format.js';
import { runHref } from '../app/route.js';
import { StateBadge } from '../app/stateBadge.js';

export interface RunRowProps {
  readonly run: RunSummary;
  /** From 0, among the rows of the table. */
  readonly index: number;
  readonly color: string;
  readonly columns: readonly string[];
  readonly isSelected: boolean;
  /** Whether Tab leads to it; arrow keys lead from row to row. */
  readonly isActive: boolean;
  readonly now: number;
  readonly onToggle: (run: string) => void;
  readonly onEdit?: (run: string) => void;
}

/** One run. Rows whose run has not changed are not drawn again. */
export const RunRow = memo(function RunRow(props: RunRowProps) {
  const { run, index, columns, isActive, isSelected, now } = props;
  return (
    <tr
      data-row={run.id}
      data-run={run.id}
      aria-rowindex={index + 2}
      tabIndex={isActive ? 0 : -1}
      class={run.annotations.isHidden ? 'hidden-run' : undefined}
      aria-selected={isSelected}
    >
      <td class="draw">
        <label title={isSelected ? 'Drawn' : 'Not drawn'}>
          <input
            type="checkbox"
            tabIndex={-1}
            checked={isSelected}
            aria-label={`Draw ${run.id}`}
            onChange={() => props.onToggle(run.id)}
          />
          <i
            class="swatch"
            style={{ background: isSelected ? props.color : 'transparent', borderColor: props.color }}
          />
        </label>
      </td>
      <th scope="row">
        <NameCell run={run} />
      </th>
      <td>
        <StateBadge run={run} />
      </td>
      <td class="progress">
        <ProgressCell run={run} />
      </td>
      <td class="quiet">{run.updatedAt === undefined ? '' : formatAge(run.updatedAt, now)}</td>
      {columns.map((field) => (
        <ValueCell key={field} values={readField(run, field)} />
      ))}
      <td>
        {props.onEdit !== undefined && (
          <button
            type="button"
            class="plain icon"
            tabIndex={-1}
            aria-label={`Edit ${run.id}`}
            title="Name, colour, notes, labels; hide, delete"
            onClick={() => props.onEdit?.(run.id)}
          >
            ⋯
          </button>
        )}
      </td>
    </tr>
  );
});

function NameCell({ run: { id, annotations, problems, isForeign, reading } }: { run: RunSummary }) {
  return (
    <span class="name">
      <a href={runHref(id)} tabIndex={-1} title={id}>
        {annotations.displayName ?? id}
      </a>
      {annotations.labels?.map((label) => (
        <span key={label} class="label">
          {label}
        </span>
      ))}
      {annotations.notes !== undefined && (
        <span class="quiet" title={annotations.notes}>
          ¶<span class="visually-hidden">has notes</span>
        </span>
      )}
      {isForeign && (
        <span class="label" title="another program wrote it: there are event files and no run.json">
          foreign
        </span>
      )}
      {problems.length > 0 && (
        <span class="warn" title={problems.join('\n')}>
          ⚠<span class="visually-hidden">{problems.join('; ')}</span>
        </span>
      )}
      {reading !== undefined && <span class="quiet">reading {Math.round(reading * 100)} %</span>}
    </span>
  );
}

function ProgressCell({ run: { progress, etaSeconds, step, epoch, epochs } }: { run: RunSummary }) {
  const where =
    epoch === undefined ? `step ${formatCount(step)}` : `epoch ${epoch}${epochs ? ` of ${epochs}` : ''}`;
  const title = `${where}, step ${formatCount(step)}`;
  if (progress === undefined) return <span class="quiet">{where}</span>;
  return (
    <span title={title}>
      <progress max={1} value={progress} aria-label={title} />
      <span class="number">{Math.floor(progress * 100)} %</span>
      {etaSeconds !== undefined && <span class="quiet">{formatDuration(etaSeconds)} left</span>}
    </span>
  );
}

function ValueCell({ values }: { values: readonly FieldValue[] }) {
  const [value] = values;
  if (typeof value !== 'number') return <td>{values.join(', ')}</td>;
  return (
    <td class={`number${Number.isNaN(value) ? ' bad' : ''}`}>
      {Number.isNaN(value) ? 'NaN' : formatNumber(value)}
    </td>
  );
}
