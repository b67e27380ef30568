import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { readField } from '../../../src/records/reading/fields.js';
import { isHigherBetter } from '../../../src/records/reading/metricDirection.js';
import { groupRuns } from '../../../src/records/reading/runGroups.js';
import { spreadOf } from '../../../src/records/reading/spread.js';
import { useDashboard } from '../app/dashboard.js';
import { runHref } from '../app/route.js';
import { Scrolls } from '../app/scrolls.js';
import { StateBadge } from '../app/stateBadge.js';
import { ChartGrid } from '../charts/chartGrid.js';
import { nameOf } from '../charts/line.js';
import { Plots } from '../compare/plots.js';
import { GroupProgress, SpreadText, StateCounts } from '../runs/groupRow.js';
import './sweep.css';

/** A sweep as one: how far it is, which of its combinations is the best, and what goes with what. */
export function SweepPage({ id }: { id: string }) {
  const runs = useDashboard().runs.value.filter(({ sweep }) => sweep?.id === id);
  const sweep = runs[0]?.sweep;
  if (sweep === undefined) {
    return (
      <>
        <h1>{id}</h1>
        <p>There is no such sweep, or none of its runs has begun.</p>
        <p>
          <a href="#/">All runs</a>
        </p>
      </>
    );
  }
  const fields = sweep.varied.filter((flag) => flag !== 'seed');
  const left = sweep.runs - runs.length;
  return (
    <article class="sweep-page">
      <header>
        <h1>{id}</h1>
        <p class="facts">
          <span>
            sweep of {sweep.runs} runs over {sweep.varied.join(', ')}
          </span>
          <StateCounts runs={runs} />
          {left > 0 && <span class="quiet">{left} not begun</span>}
          <span class="progress">
            <GroupProgress runs={runs} planned={sweep.runs} />
          </span>
        </p>
      </header>
      <section>
        <h2>Combinations</h2>
        <Combinations runs={runs} fields={fields} metric={sweep.metric} />
      </section>
      <Plots runs={runs} different={fields} metric={`best(${sweep.metric})`} />
      <ChartGrid runs={runs} by={fields} />
    </article>
  );
}

interface CombinationsProps {
  readonly runs: readonly RunSummary[];
  readonly fields: readonly string[];
  readonly metric: string;
}

/** Each combination of options with its best value of the metric, over its seeds; the best one first. */
function Combinations({ runs, fields, metric }: CombinationsProps) {
  const bestOf = (run: RunSummary) => Number(readField(run, `best(${metric})`)[0]);
  const rows = groupRuns(runs, fields).map((group) => ({
    ...group,
    spread: spreadOf(group.runs.map(bestOf)),
  }));
  const sign = isHigherBetter(metric) ? -1 : 1;
  const rank = ({ spread }: (typeof rows)[number]) =>
    sign * (spread?.mean ?? sign * Number.POSITIVE_INFINITY);
  rows.sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
  return (
    <Scrolls label="Combinations" class="card combinations">
      <table>
        <thead>
          <tr>
            {fields.map((field) => (
              <th key={field} scope="col">
                {field}
              </th>
            ))}
            <th scope="col" class="number">
              best({metric})
            </th>
            <th scope="col">Runs</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, runs, spread }, i) => (
            <tr key={name}>
              {fields.map((field) => (
                <td key={field}>{String(readField(runs[0], field)[0] ?? 'none')}</td>
              ))}
              <td class={`number${i === 0 && spread !== undefined ? ' wins' : ''}`}>
                <SpreadText spread={spread} />
              </td>
              <td>
                <span class="members">
                  {runs.map((run) => (
                    <a key={run.id} href={runHref(run.id)} title={nameOf(run)}>
                      {readField(run, 'seed')[0] === undefined ? 'run' : `seed ${readField(run, 'seed')[0]}`}{' '}
                      <StateBadge run={run} />
                    </a>
                  ))}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}
