import { useComputed, useSignal } from '@preact/signals';
import { useCallback, useMemo, useRef } from 'preact/hooks';
import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { readField } from '../../../src/records/reading/fields.js';
import { now } from '../app/clock.js';
import { useDashboard } from '../app/dashboard.js';
import { groupFields } from '../app/grouping.js';
import { runHref } from '../app/route.js';
import { Scrolls } from '../app/scrolls.js';
import { EditRun } from './editRun.js';
import { GroupRow } from './groupRow.js';
import { RunRow } from './runRow.js';
import { openGroups, rowsOf, toggleGroup } from './tableRows.js';
import { order, orderBy, shownColumns, tableRuns } from './tableState.js';

const ROW_HEIGHT = 32; // pixels, as in runs.css
const SPARE_ROWS = 8;
const PAGE = 10;

/**
 * The table of runs. Only rows in sight are in the document, so that a thousand runs cost no more than twenty. Arrow
 * keys lead from row to row; Enter opens the run, the space bar draws it or stops drawing it.
 */
export function RunsTable() {
  const dashboard = useDashboard();
  const runs = useMemo(() => tableRuns(dashboard), [dashboard]).value;
  const rows = rowsOf(runs, groupFields.value, openGroups.value);
  const columns = shownColumns(dashboard.runs.value);
  const selected = useComputed(() => new Set(dashboard.selected.value.map(({ id }) => id))).value;
  const body = useRef<HTMLTableSectionElement>(null);
  const active = useSignal<string | undefined>(undefined);
  const edited = useSignal<string | undefined>(undefined);
  const view = useSignal({ top: 0, height: 600 });
  const toggle = useCallback((id: string) => dashboard.toggle(id), [dashboard]);
  const edit = useCallback((id: string) => {
    edited.value = id;
  }, []);

  const first = Math.max(0, Math.floor(view.value.top / ROW_HEIGHT) - SPARE_ROWS);
  const last = Math.min(
    rows.length,
    Math.ceil((view.value.top + view.value.height) / ROW_HEIGHT) + SPARE_ROWS,
  );
  const activeIndex = Math.max(
    0,
    rows.findIndex(({ id }) => id === active.value),
  );
  const editedRun = edited.value === undefined ? undefined : dashboard.byId.value?.get(edited.value);

  const goTo = (index: number, scrolled: HTMLElement) => {
    const target = Math.max(0, Math.min(rows.length - 1, index));
    const top = target * ROW_HEIGHT;
    const room = scrolled.clientHeight - 2 * ROW_HEIGHT; // the head stands over the rows
    if (top < scrolled.scrollTop) scrolled.scrollTop = top;
    else if (top > scrolled.scrollTop + room) scrolled.scrollTop = top - room;
    active.value = rows[target]?.id;
    view.value = { top: scrolled.scrollTop, height: scrolled.clientHeight };
    requestAnimationFrame(() => rowOf(body.current, rows[target]?.id)?.focus({ preventScroll: true }));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const row = event.target as HTMLElement;
    if (row.dataset.row === undefined) return;
    const scrolled = row.closest<HTMLElement>('.scrolls')!;
    const moves: Record<string, number> = {
      ArrowDown: activeIndex + 1,
      ArrowUp: activeIndex - 1,
      PageDown: activeIndex + PAGE,
      PageUp: activeIndex - PAGE,
      Home: 0,
      End: rows.length - 1,
    };
    if (event.key in moves) goTo(moves[event.key], scrolled);
    else if (row.dataset.run === undefined) {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      toggleGroup(row.dataset.row);
    } else if (event.key === 'Enter') location.hash = runHref(row.dataset.run);
    else if (event.key === ' ') toggle(row.dataset.run);
    else if (event.key === 'e' && dashboard.source.isLive) edit(row.dataset.run);
    else return;
    event.preventDefault();
  };

  const onClick = (event: MouseEvent) => {
    const target = event.target as HTMLElement;
    const { run, row } = target.closest('tr')?.dataset ?? {};
    if (target.closest('a, button, label, input') !== null) return;
    if (run === undefined) {
      if (row !== undefined) toggleGroup(row);
      return;
    }
    if (getSelection()?.isCollapsed !== false) location.hash = runHref(run);
  };

  return (
    <>
      <Scrolls
        label="Runs"
        class="runs card"
        onScroll={({ currentTarget: { scrollTop, clientHeight } }) => {
          view.value = { top: scrollTop, height: clientHeight };
        }}
      >
        {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: rows take the focus, as a grid's do */}
        <table role="grid" aria-rowcount={rows.length + 1} onKeyDown={onKeyDown} onClick={onClick}>
          <Head columns={columns} rows={runs} selected={selected} />
          <tbody ref={body}>
            <Spacer rows={first} />
            {rows.slice(first, last).map((row, i) => {
              const place = {
                index: first + i,
                columns,
                isActive: first + i === activeIndex,
                now: now.value,
              };
              if (row.group !== undefined) {
                const drawn = row.group.runs.filter(({ id }) => selected.has(id)).length;
                return (
                  <GroupRow
                    key={row.id}
                    group={row.group}
                    isOpen={row.isOpen}
                    drawn={drawn}
                    onOpen={toggleGroup}
                    onDraw={(runs, isDrawn) => dashboard.draw(runs, isDrawn)}
                    {...place}
                  />
                );
              }
              const { run } = row;
              return (
                <RunRow
                  key={row.id}
                  run={run}
                  color={dashboard.colourOf(run.id)}
                  isSelected={selected.has(run.id)}
                  onToggle={toggle}
                  onEdit={dashboard.source.isLive ? edit : undefined}
                  {...place}
                />
              );
            })}
            <Spacer rows={rows.length - last} />
          </tbody>
        </table>
      </Scrolls>
      {editedRun !== undefined && (
        <EditRun
          run={editedRun}
          onClose={() => {
            edited.value = undefined;
          }}
        />
      )}
    </>
  );
}

/** In place of rows that are out of sight. */
function Spacer({ rows }: { rows: number }) {
  return rows > 0 ? <tr class="spacer" style={{ height: `${rows * ROW_HEIGHT}px` }} /> : null;
}

interface HeadProps {
  readonly columns: readonly string[];
  readonly rows: readonly RunSummary[];
  readonly selected: ReadonlySet<string>;
}

function Head({ columns, rows, selected }: HeadProps) {
  const { choice } = useDashboard();
  const drawn = rows.filter(({ id }) => selected.has(id)).length;
  const isAll = drawn === rows.length && drawn > 0;
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col" class="draw">
          <input
            type="checkbox"
            aria-label="Draw all of these runs"
            title="Draw all, or none"
            checked={isAll}
            ref={(box) => {
              if (box !== null) box.indeterminate = drawn > 0 && !isAll;
            }}
            onChange={() => {
              choice.value = isAll ? new Set() : new Set(rows.map(({ id }) => id));
            }}
          />
        </th>
        <SortHeader field="name" text="Run" />
        <SortHeader field="state" text="State" />
        <SortHeader field="progress" text="Progress" />
        <SortHeader field="updated" text="Active" />
        {columns.map((field) => (
          <SortHeader key={field} field={field} text={field} isNumber={holdsNumbers(rows, field)} />
        ))}
        <td />
      </tr>
    </thead>
  );
}

function SortHeader({ field, text, isNumber }: { field: string; text: string; isNumber?: boolean }) {
  const isOrdered = order.value.field === field;
  const direction = order.value.isDescending ? 'descending' : 'ascending';
  return (
    <th scope="col" class={isNumber ? 'number' : undefined} aria-sort={isOrdered ? direction : undefined}>
      <button type="button" class="plain" onClick={() => orderBy(field)}>
        {text}
        <span aria-hidden="true">{isOrdered ? (order.value.isDescending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

function holdsNumbers(rows: readonly RunSummary[], field: string): boolean {
  return rows.some((run) => typeof readField(run, field)[0] === 'number');
}

function rowOf(body: HTMLElement | null, id: string | undefined): HTMLElement | null {
  return body?.querySelector<HTMLElement>(`tr[data-row="${CSS.escape(id ?? '')}"]`) ?? null;
}
