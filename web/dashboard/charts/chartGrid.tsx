import { useMemo } from 'preact/hooks';
import type { RunDetail, RunSummary } from '../../../src/records/dashboard/api.js';
import { groupScalars, type ScalarGroup } from '../../../src/records/reading/scalarGroups.js';
import { useRunDetails } from '../run/details.js';
import { ChartCard } from './chartCard.js';
import { foldedGroups } from './chartSettings.js';
import './charts.css';
import { SettingsBar } from './settingsBar.js';

/** Marks of more runs than these would hide the lines, and each takes a request. */
const MARKED_RUNS = 6;

/** The charts of some runs: every scalar that one of them has, in groups. */
export function ChartGrid({ runs }: { runs: readonly RunSummary[] }) {
  const tags = [...new Set(runs.flatMap(({ scalars }) => scalars))];
  const groups = useMemo(() => groupScalars(tags), [JSON.stringify(tags)]);
  const details = useRunDetails(runs.length <= MARKED_RUNS ? runs : []);
  if (tags.length === 0) return null;
  return (
    <div class="charts">
      <SettingsBar />
      {groups.map((group) => (
        <Group key={group.name} group={group} runs={runs} details={details} />
      ))}
    </div>
  );
}

interface GroupProps {
  readonly group: ScalarGroup;
  readonly runs: readonly RunSummary[];
  readonly details: readonly RunDetail[];
}

function Group({ group: { name, tags, isFolded }, runs, details }: GroupProps) {
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
            <ChartCard key={tag} tag={tag} runs={runs} details={details} />
          ))}
        </div>
      )}
    </details>
  );
}
