import { useDashboard } from '../app/dashboard.js';
import { ChartGrid } from '../charts/chartGrid.js';

/** The table of runs and the charts of those that are chosen. */
export function RunsView() {
  const { runs, selected } = useDashboard();
  return (
    <>
      <ul>
        {runs.value.map(({ id }) => (
          <li key={id}>{id}</li>
        ))}
      </ul>
      <ChartGrid runs={selected.value} />
    </>
  );
}
