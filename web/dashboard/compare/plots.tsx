import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { causesOf } from '../../../src/records/reading/causes.js';
import { fieldsOf } from '../../../src/records/reading/fields.js';
import { FieldChooser } from '../app/fieldChooser.js';
import './compare.css';
import { ParallelCoordinates } from './parallelCoordinates.js';
import { chosenAxes, scatterX, scatterY } from './plotSettings.js';
import { Scatter } from './scatter.js';

interface PlotsProps {
  readonly runs: readonly RunSummary[];
  /** The options in which the runs differ. */
  readonly different: readonly string[];
  /** The metric that is drawn until somebody chooses. */
  readonly metric?: string;
}

/** One option against one metric, and options as axes that end at that metric. */
export function Plots({ runs, different, metric = 'best(val/L1)' }: PlotsProps) {
  const metrics = [...new Set(runs.flatMap(({ last }) => Object.keys(last)))].sort();
  const ys = [...metrics.map((tag) => `best(${tag})`), ...metrics];
  const xs = [...new Set([...causesOf(different), ...different, ...fieldsOf(runs)])];
  const usual = different.includes('lr') ? 'lr' : xs[0];
  const x = xs.find((field) => field === scatterX.value) ?? usual;
  const y = [scatterY.value, metric, ys[0]].find((field) => field !== null && ys.includes(field));
  if (y === undefined || y === null) return null;
  const chosen = chosenAxes.value?.filter((field) => xs.includes(field) && field !== y);
  const axes = chosen ?? causesOf(different);
  return (
    <section class="plots">
      <h2>What goes with what</h2>
      <p class="plot-choice">
        <Choice label="Option" value={x} fields={xs} signal={scatterX} />
        <Choice label="against" value={y} fields={ys} signal={scatterY} />
        <FieldChooser
          id="axes"
          text="Axes"
          noun="an axis"
          fields={() => xs}
          chosen={axes}
          onChange={(fields) => {
            chosenAxes.value = fields;
          }}
          onReset={() => {
            chosenAxes.value = null;
          }}
        />
      </p>
      <div class="compare-plots">
        <div class="card">
          <Scatter runs={runs} x={x} y={y} />
        </div>
        <ParallelCoordinates runs={runs} fields={axes} metric={y} isChosen={chosen !== undefined} />
      </div>
    </section>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly fields: readonly string[];
  readonly signal: { value: string | null };
}

function Choice({ label, value, fields, signal }: ChoiceProps) {
  return (
    <label>
      {label}{' '}
      <select
        value={value}
        onChange={({ currentTarget }) => {
          signal.value = currentTarget.value;
        }}
      >
        {fields.map((field) => (
          <option key={field}>{field}</option>
        ))}
      </select>
    </label>
  );
}
