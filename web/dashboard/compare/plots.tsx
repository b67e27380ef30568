import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { causesOf } from '../../../src/records/reading/causes.js';
import { fieldsOf } from '../../../src/records/reading/fields.js';
import { FieldChooser } from '../app/fieldChooser.js';
import { remembered } from '../app/remembered.js';
import { ParallelCoordinates } from './parallelCoordinates.js';
import { Scatter } from './scatter.js';

const scatterX = remembered('scatterX', 'lr');
const scatterY = remembered('scatterY', 'best(val/L1)');
/** Fields that are axes; null while nobody has chosen. */
const chosenAxes = remembered<readonly string[] | null>('axes', null);

interface PlotsProps {
  readonly runs: readonly RunSummary[];
  /** The options in which the runs differ. */
  readonly different: readonly string[];
}

/** One option against one metric, and options as axes that end at that metric. */
export function Plots({ runs, different }: PlotsProps) {
  const metrics = [...new Set(runs.flatMap(({ last }) => Object.keys(last)))].sort();
  const ys = [...metrics.map((tag) => `best(${tag})`), ...metrics];
  const xs = [...new Set([...causesOf(different), ...different, ...fieldsOf(runs)])];
  const x = xs.includes(scatterX.value) ? scatterX.value : xs[0];
  const y = ys.includes(scatterY.value) ? scatterY.value : ys[0];
  if (y === undefined) return null;
  const chosen = chosenAxes.value?.filter((field) => xs.includes(field) && field !== y);
  const axes = chosen ?? causesOf(different);
  return (
    <section>
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
  readonly signal: { value: string };
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
