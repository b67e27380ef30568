import { useSignal } from '@preact/signals';
import { fieldsOf } from '../../../src/records/reading/fields.js';
import { useDashboard } from '../app/dashboard.js';
import { chosenColumns, shownColumns } from './tableState.js';

/** Which options and metrics are columns of the table. */
export function ColumnChooser() {
  const { runs } = useDashboard();
  const search = useSignal('');
  const isOpen = useSignal(false);
  const shown = shownColumns(runs.value);
  const words = search.value.toLowerCase();
  const fields = isOpen.value
    ? fieldsOf(runs.value).filter((field) => field.toLowerCase().includes(words))
    : [];
  const toggle = (field: string) => {
    chosenColumns.value = shown.includes(field) ? shown.filter((one) => one !== field) : [...shown, field];
  };
  return (
    <>
      <button type="button" popovertarget="columns">
        Columns
      </button>
      <div
        id="columns"
        popover="auto"
        class="menu columns"
        onToggle={({ newState }) => {
          isOpen.value = newState === 'open';
        }}
      >
        <input
          type="search"
          aria-label="Find a column"
          placeholder="Find: options, metrics, best(…)"
          value={search.value}
          onInput={({ currentTarget }) => {
            search.value = currentTarget.value;
          }}
        />
        <ul>
          {fields.map((field) => (
            <li key={field}>
              <label>
                <input type="checkbox" checked={shown.includes(field)} onChange={() => toggle(field)} />
                {field}
              </label>
            </li>
          ))}
        </ul>
        <button
          type="button"
          onClick={() => {
            chosenColumns.value = null;
          }}
        >
          As at first
        </button>
      </div>
    </>
  );
}
