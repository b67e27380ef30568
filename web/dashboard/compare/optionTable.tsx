import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { isHigherBetter } from '../../../src/records/reading/metricDirection.js';
import { useDashboard } from '../app/dashboard.js';
import { formatNumber } from '../app/format.js';
import { runHref } from '../app/route.js';
import { Scrolls } from '../app/scrolls.js';
import { nameOf } from '../charts/line.js';
import type { OptionRow } from './differences.js';

/** Runs side by side: their best metrics, then the options in which they differ. */
export function OptionTable({
  runs,
  rows,
  label,
}: {
  runs: readonly RunSummary[];
  rows: readonly OptionRow[];
  label: string;
}) {
  return (
    <Scrolls label={label} class="card compare-table">
      <table>
        <Head runs={runs} />
        <tbody>
          {rows.map(({ name, values, isUnusual }) => (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code>
              </th>
              {values.map((value, i) => (
                <td key={runs[i].id} class={isUnusual[i] ? 'differs' : undefined}>
                  {value ?? <span class="quiet">absent</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

/** The best value of every metric that is measured by validation, else of every scalar; the winner stands out. */
export function MetricTable({ runs }: { runs: readonly RunSummary[] }) {
  const all = [...new Set(runs.flatMap(({ best }) => Object.keys(best)))].sort();
  const validated = all.filter((tag) => tag.startsWith('val/'));
  const tags = validated.length > 0 ? validated : all;
  return (
    <Scrolls label="Best metrics" class="card compare-table">
      <table>
        <Head runs={runs} />
        <tbody>
          {tags.map((tag) => (
            <tr key={tag}>
              <th scope="row">
                <code>{tag}</code>
              </th>
              {runs.map((run) => (
                <BestCell key={run.id} run={run} tag={tag} winner={winnerOf(tag, runs)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

function BestCell({ run, tag, winner }: { run: RunSummary; tag: string; winner: number }) {
  const best = Object.hasOwn(run.best, tag) ? run.best[tag] : undefined;
  if (best === undefined) return <td class="quiet">not measured</td>;
  return (
    <td class={best.value === winner ? 'wins' : undefined} title={`at step ${best.step}`}>
      {formatNumber(best.value)}
    </td>
  );
}

function winnerOf(tag: string, runs: readonly RunSummary[]): number {
  const values = runs.flatMap(({ best }) => (Object.hasOwn(best, tag) ? best[tag].value : []));
  return isHigherBetter(tag) ? Math.max(...values) : Math.min(...values);
}

function Head({ runs }: { runs: readonly RunSummary[] }) {
  const dashboard = useDashboard();
  return (
    <thead>
      <tr>
        <td />
        {runs.map((run) => (
          <th key={run.id} scope="col">
            <i class="swatch" style={{ background: dashboard.colourOf(run.id) }} />{' '}
            <a href={runHref(run.id)}>{nameOf(run)}</a>
          </th>
        ))}
      </tr>
    </thead>
  );
}
