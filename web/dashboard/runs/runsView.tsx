import { useDashboard } from '../app/dashboard.js';
import { groupFields } from '../app/grouping.js';
import { ChartGrid } from '../charts/chartGrid.js';
import { ColumnChooser } from './columnChooser.js';
import { FilterField } from './filterField.js';
import { GroupChooser } from './groupChooser.js';
import { NoRuns } from './noRuns.js';
import './runs.css';
import { RunsTable } from './runsTable.js';
import { ViewChooser } from './viewChooser.js';

/** The table of runs and the charts of those that are drawn. */
export function RunsView() {
  const dashboard = useDashboard();
  const { runs, filtered, selected, choice, showsHidden, problems } = dashboard;
  if (runs.value.length === 0) return <NoRuns />;
  const hidden = runs.value.filter(({ annotations }) => annotations.isHidden).length;
  return (
    <>
      <h1 class="visually-hidden">Runs</h1>
      {problems.value.map((problem) => (
        <p key={problem} class="warn">
          {problem}
        </p>
      ))}
      <div class="toolbar">
        <FilterField />
        <span class="quiet" role="status">
          {count(filtered.value.runs.length, runs.value.length)}, {selected.value.length} drawn
        </span>
        {choice.value !== undefined && (
          <button
            type="button"
            title="Draws the newest runs that the filter lets through, also those still to come"
            onClick={() => {
              choice.value = undefined;
            }}
          >
            Draw the newest
          </button>
        )}
        {hidden > 0 && (
          <label class="quiet">
            <input
              type="checkbox"
              checked={showsHidden.value}
              onChange={({ currentTarget }) => {
                showsHidden.value = currentTarget.checked;
              }}
            />{' '}
            {hidden} hidden
          </label>
        )}
        <GroupChooser />
        <ColumnChooser />
        <ViewChooser />
      </div>
      <RunsTable />
      {filtered.value.runs.length === 0 && <p class="chart-note">The filter lets no run through.</p>}
      {selected.value.length === 0 ? (
        <p class="chart-note">No run is drawn: tick some in the table, and their charts stand here.</p>
      ) : (
        <ChartGrid runs={selected.value} by={groupFields.value} />
      )}
    </>
  );
}

function count(shown: number, all: number): string {
  const runs = `${all} ${all === 1 ? 'run' : 'runs'}`;
  return shown === all ? runs : `${shown} of ${runs}`;
}
