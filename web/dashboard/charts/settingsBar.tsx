import { band, isLog, smoothing, type XAxis, xAxis } from './chartSettings.js';

const AXES: readonly { value: XAxis; text: string }[] = [
  { value: 'step', text: 'Step' },
  { value: 'epoch', text: 'Epoch' },
  { value: 'relative', text: 'Time' },
  { value: 'wall', text: 'Clock' },
];

/** The settings of all charts. */
export function SettingsBar({ hasGroups = false }: { hasGroups?: boolean }) {
  return (
    <div class="settings">
      <label>
        Smoothing
        <input
          type="range"
          min="0"
          max="0.99"
          step="0.01"
          value={smoothing.value}
          onInput={({ currentTarget }) => {
            smoothing.value = Number(currentTarget.value);
          }}
        />
        <output class="number">{smoothing.value.toFixed(2)}</output>
      </label>
      <fieldset class="segments">
        <legend class="visually-hidden">Horizontal axis</legend>
        {AXES.map(({ value, text }) => (
          <label key={value}>
            <input
              type="radio"
              name="x-axis"
              checked={xAxis.value === value}
              onChange={() => {
                xAxis.value = value;
              }}
            />
            <span>{text}</span>
          </label>
        ))}
      </fieldset>
      <label>
        <input
          type="checkbox"
          checked={isLog.value}
          onChange={({ currentTarget }) => {
            isLog.value = currentTarget.checked;
          }}
        />
        Log scale
      </label>
      {hasGroups && (
        <label>
          Around the mean{' '}
          <select
            value={band.value}
            onChange={({ currentTarget }) => {
              band.value = currentTarget.value === 'extremes' ? 'extremes' : 'deviation';
            }}
          >
            <option value="deviation">± standard deviation</option>
            <option value="extremes">lowest to highest</option>
          </select>
        </label>
      )}
    </div>
  );
}
