import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { useDashboard } from '../app/dashboard.js';
import { Failure } from '../app/failure.js';

/** The notes on a run, editable where there is a server that stores them. */
export function Notes({ run }: { run: RunSummary }) {
  const { source } = useDashboard();
  const isEditing = useSignal(false);
  const { notes = '' } = run.annotations;
  const end = () => {
    isEditing.value = false;
  };
  if (isEditing.value) return <NotesForm run={run} end={end} />;
  if (notes === '' && !source.isLive) return null;
  return (
    <p class="notes">
      {notes}{' '}
      {source.isLive && (
        <button
          type="button"
          class="plain"
          onClick={() => {
            isEditing.value = true;
          }}
        >
          {notes === '' ? 'Add notes' : 'Edit notes'}
        </button>
      )}
    </p>
  );
}

function NotesForm({ run, end }: { run: RunSummary; end: () => void }) {
  const dashboard = useDashboard();
  const area = useRef<HTMLTextAreaElement>(null);
  const failure = useSignal<unknown>(undefined);
  useEffect(() => area.current?.focus(), []);

  const save = async () => {
    const notes = area.current?.value.trim() || undefined;
    try {
      dashboard.change([await dashboard.source.annotate(run.id, { ...run.annotations, notes })]);
      end();
    } catch (error) {
      failure.value = error;
    }
  };
  return (
    <div class="notes-form">
      <textarea
        ref={area}
        aria-label="Notes"
        rows={4}
        defaultValue={run.annotations.notes}
        onKeyDown={({ key }) => key === 'Escape' && end()}
      />
      <div>
        <button type="button" class="primary" onClick={() => void save()}>
          Save notes
        </button>{' '}
        <button type="button" onClick={end}>
          Cancel
        </button>
      </div>
      {failure.value !== undefined && <Failure error={failure.value} />}
    </div>
  );
}
