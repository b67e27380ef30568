import { useMemo } from 'preact/hooks';
import type { RunDetail, RunSummary } from '../../../src/records/dashboard/api.js';
import { groupScalars, type ScalarGroup } from '../../../src/records/reading/scalarGroups.js';
import { type ChartGroup, chartGroups } from '../app/grouping.js';
import { useRunDetails } from '../run/details.js';
import { ChartCard } from './chartCard.js';
import { foldedGroups } from './chartSettings.js';
import './charts.css';
import { SettingsBar } from './settingsBar.js';

/** Marks of more runs than these would hide the lines, and each takes a request. */
const MARKED_RUNS = 6;

interface ChartGridProps {
  readonly runs: readonly RunSummary[];
  /** Fields by which runs are grouped: each group is drawn as its mean. */
  readonly by?: readonly string[];
}

/** The charts of some runs: every scalar that one of them has, in groups. */
export function ChartGrid({ runs, by = [] }: ChartGridProps) {
  const tags = [...new Set(runs.flatMap(({ scalars }) => scalars))];
  const groups = useMemo(() => groupScalars(tags), [JSON.stringify(tags)]);
  const means = chartGroups(runs, by);
  const stable = useMemo(() => means, [JSON.stringify(means)]);
  const details = useRunDetails(runs.length <= MARKED_RUNS && means === undefined ? runs : []);
  if (tags.length === 0) return null;
  return (
    <div class="charts">
      <SettingsBar hasGroups={means !== undefined} />
      {stable !== undefined && <Legend groups={stable} />}
      {groups.map((group) => (
        <Group key={group.name} group={group} runs={runs} means={stable} details={details} />
      ))}
    </div>
  );
}

interface GroupProps {
  readonly group: ScalarGroup;
  readonly runs: readonly RunSummary[];
  readonly means: readonly ChartGroup[] | undefined;
  readonly details: readonly RunDetail[];
}

/** Which line is which group: the table tells it of single runs. */
function Legend({ groups }: { groups: readonly ChartGroup[] }) {
  return (
    <ul class="legend">
      {groups.map(({ name, color }) => (
        <li key={name}>
          <i class="swatch" style={{ background: color }} /> {name}
        </li>
      ))}
    </ul>
  );
}

function Group({ group: { name, tags, isFolded }, runs, means, details }: GroupProps) {
  const isOpen = !(foldedGroups.value[name] ?? isFolded);
  return (
    <details
      class="group"
      open={isOpen}
      onToggle={({ currentTarget: { open } }) => {
        if (open !== isOpen) foldedGroups.value = { ...foldedGroups.value, [name]: !open };
      }}
    >
      <summary>
        <h2>{name}</h2>
        <span class="quiet">{tags.length}</span>
      </summary>
      {isOpen && (
        <div class="chart-grid">
          {tags.map((tag) => (
            <ChartCard key={tag} tag={tag} runs={runs} groups={means} details={details} />
          ))}
        </div>
      )}
    </details>
  );
}
