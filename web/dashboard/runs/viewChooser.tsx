import { useSignal } from '@preact/signals';
import type { SavedView } from '../../../src/records/dashboard/api.js';
import { useDashboard } from '../app/dashboard.js';
import { Failure } from '../app/failure.js';
import '../app/menu.css';
import { applySettings, currentSettings } from '../app/views.js';
import './viewChooser.css';

/** Views that were saved with the runs: filter, groups, columns, drawn runs and the settings of charts under a name. */
export function ViewChooser() {
  const dashboard = useDashboard();
  const { source } = dashboard;
  const views = useSignal<readonly SavedView[]>([]);
  const name = useSignal('');
  const failure = useSignal<unknown>(undefined);
  if (source.views === undefined) return null;
  const take = async (answer: Promise<readonly SavedView[]>) => {
    try {
      views.value = await answer;
      failure.value = undefined;
    } catch (error) {
      failure.value = error;
    }
  };
  const save = async (event: Event) => {
    event.preventDefault();
    await take(source.saveView!({ name: name.value.trim(), settings: currentSettings(dashboard) }));
    if (failure.value === undefined) name.value = '';
  };
  return (
    <>
      <button type="button" popovertarget="views">
        Views
      </button>
      <div
        id="views"
        popover="auto"
        class="menu views"
        onToggle={({ newState }) => {
          if (newState === 'open') void take(source.views!());
        }}
      >
        {views.value.length === 0 && <p class="quiet">No view is saved yet.</p>}
        <ul>
          {views.value.map((view) => (
            <li key={view.name}>
              <button
                type="button"
                class="plain"
                onClick={({ currentTarget }) => {
                  applySettings(dashboard, view.settings);
                  currentTarget.closest<HTMLElement>('[popover]')?.hidePopover();
                }}
              >
                {view.name}
              </button>
              <button
                type="button"
                class="plain icon"
                aria-label={`Delete the view ${view.name}`}
                onClick={() => void take(source.deleteView!(view.name))}
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
        <form onSubmit={(event) => void save(event)}>
          <input
            required
            maxLength={100}
            aria-label="Name of the view"
            placeholder="Save this view as"
            value={name.value}
            onInput={({ currentTarget }) => {
              name.value = currentTarget.value;
            }}
          />
          <button type="submit">Save</button>
        </form>
        {failure.value !== undefined && <Failure error={failure.value} />}
      </div>
    </>
  );
}
