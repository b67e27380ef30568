import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { fieldsOf } from '../../../src/records/reading/fields.js';
import { useDashboard } from '../app/dashboard.js';
import { remembered } from '../app/remembered.js';
import { Scrolls } from '../app/scrolls.js';
import './compare.css';
import { compareOptions } from './differences.js';
import { MetricTable, OptionTable } from './optionTable.js';
import { ParallelCoordinates } from './parallelCoordinates.js';
import { Scatter } from './scatter.js';

const MOST_AXES = 8;
const scatterX = remembered('scatterX', 'lr');
const scatterY = remembered('scatterY', 'best(val/L1)');

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

/** One option against one metric, and all options that differ against that metric. */
function Plots({ runs, different }: { runs: readonly RunSummary[]; different: readonly string[] }) {
  const metrics = [...new Set(runs.flatMap(({ last }) => Object.keys(last)))].sort();
  const ys = [...metrics.map((tag) => `best(${tag})`), ...metrics];
  const xs = [...different, ...fieldsOf(runs).filter((field) => !different.includes(field))];
  const x = xs.includes(scatterX.value) ? scatterX.value : xs[0];
  const y = ys.includes(scatterY.value) ? scatterY.value : ys[0];
  const axes = different.filter((name) => name !== 'seed').slice(0, MOST_AXES - 1); // a seed is no cause
  if (y === undefined) return null;
  const choose = (label: string, value: string, fields: readonly string[], set: (field: string) => void) => (
    <label>
      {label}{' '}
      <select value={value} onChange={({ currentTarget }) => set(currentTarget.value)}>
        {fields.map((field) => (
          <option key={field}>{field}</option>
        ))}
      </select>
    </label>
  );
  return (
    <section>
      <h2>What goes with what</h2>
      <p class="plot-choice">
        {choose('Option', x, xs, (field) => {
          scatterX.value = field;
        })}
        {choose('against', y, ys, (field) => {
          scatterY.value = field;
        })}
      </p>
      <div class="compare-plots">
        <div class="card">
          <Scatter runs={runs} x={x} y={y} />
        </div>
        <Scrolls label="Parallel coordinates" class="card">
          <ParallelCoordinates runs={runs} fields={[...axes, y]} />
        </Scrolls>
      </div>
    </section>
  );
}
