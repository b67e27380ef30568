import { useSignal } from '@preact/signals';
import type { Annotations, RunSummary } from '../../../src/records/dashboard/api.js';
import { useDashboard } from '../app/dashboard.js';
import { Dialog } from '../app/dialog.js';
import { Failure } from '../app/failure.js';
import { DeleteRun } from './deleteRun.js';

/** A dialog for a run's name, colour, labels and notes, and for hiding or deleting it. */
export function EditRun({ run, onClose }: { run: RunSummary; onClose: () => void }) {
  const dashboard = useDashboard();
  const failure = useSignal<unknown>(undefined);
  const isDeleting = useSignal(false);
  const { annotations } = run;

  const save = async (changed: Annotations) => {
    try {
      dashboard.change([await dashboard.source.annotate(run.id, changed)]);
      onClose();
    } catch (error) {
      failure.value = error;
    }
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? '').trim() || undefined;
    const labels = text('labels')
      ?.split(/\s*,\s*/)
      .filter((label) => label !== '');
    const color = text('color');
    const isNewColour = color !== dashboard.colourOf(run.id);
    void save({
      displayName: text('displayName'),
      color: isNewColour ? color : annotations.color,
      labels,
      notes: text('notes'),
      isHidden: form.has('isHidden') || undefined,
    });
  };

  if (isDeleting.value) return <DeleteRun run={run} onClose={onClose} />;
  return (
    <Dialog title={run.id} onClose={onClose}>
      <form class="edit-run" onSubmit={onSubmit}>
        <label>
          Name on this page
          <input name="displayName" placeholder={run.id} defaultValue={annotations.displayName} />
        </label>
        <label>
          Labels, between commas
          <input name="labels" defaultValue={annotations.labels?.join(', ')} />
        </label>
        <label>
          Notes
          <textarea name="notes" rows={4} defaultValue={annotations.notes} />
        </label>
        <label class="row">
          <input name="color" type="color" defaultValue={dashboard.colourOf(run.id)} />
          Colour
        </label>
        <label class="row">
          <input name="isHidden" type="checkbox" defaultChecked={annotations.isHidden} />
          Hidden from the table and the charts
        </label>
        {failure.value !== undefined && <Failure error={failure.value} />}
        <footer>
          <button
            type="button"
            class="danger"
            onClick={() => {
              isDeleting.value = true;
            }}
          >
            Delete…
          </button>
          <button type="submit" class="primary">
            Save
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
