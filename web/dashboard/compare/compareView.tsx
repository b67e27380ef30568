import { useDashboard } from '../app/dashboard.js';
import './compare.css';
import { compareOptions } from './differences.js';
import { MetricTable, OptionTable } from './optionTable.js';
import { Plots } from './plots.js';

/** Options of the chosen runs side by side, and against their metrics. */
export function CompareView() {
  const runs = useDashboard().selected.value;
  if (runs.length < 2) {
    return (
      <>
        <h1>Compare</h1>
        <p class="quiet">
          Tick two runs or more in <a href="#/">the table of runs</a>: what differs between them stands here.
        </p>
      </>
    );
  }
  const { different, equal } = compareOptions(runs);
  return (
    <article class="compare">
      <h1>
        Compare <span class="quiet">{runs.length} runs</span>
      </h1>
      <section>
        <h2>Best metrics</h2>
        <MetricTable runs={runs} />
      </section>
      <section>
        <h2>{different.length === 0 ? 'All options are equal' : 'Options that differ'}</h2>
        {different.length > 0 && <OptionTable runs={runs} rows={different} label="Options that differ" />}
        {equal.length > 0 && (
          <details>
            <summary>{equal.length} equal options</summary>
            <dl class="equal">
              {equal.map(({ name, values: [value] }) => (
                <div key={name}>
                  <dt>
                    <code>{name}</code>
                  </dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          </details>
        )}
      </section>
      <Plots runs={runs} different={different.map(({ name }) => name)} />
    </article>
  );
}
