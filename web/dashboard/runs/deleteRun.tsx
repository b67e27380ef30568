import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { formatBytes } from '../../../src/base/byteSize.js';
import { formatDuration } from '../../../src/base/duration.js';
import type { RunFile, RunSummary } from '../../../src/records/dashboard/api.js';
import { useDashboard } from '../app/dashboard.js';
import { Dialog } from '../app/dialog.js';
import { Failure } from '../app/failure.js';
import { formatCount } from '../app/format.js';

/** Says what will be lost, and wants the run's name before it is. */
export function DeleteRun({ run, onClose }: { run: RunSummary; onClose: () => void }) {
  const dashboard = useDashboard();
  const typed = useSignal('');
  const files = useSignal<readonly RunFile[] | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const isRunning = run.state === 'running' || run.state === 'stalled';
  useEffect(() => {
    dashboard.source.files(run.id).then(
      (found) => {
        files.value = found;
      },
      () => {}, // the question can be answered without it
    );
  }, [run.id]);

  const remove = async (event: Event) => {
    event.preventDefault();
    try {
      await dashboard.source.remove(run.id);
      dashboard.change([], [run.id]);
      onClose();
    } catch (error) {
      failure.value = error;
    }
  };
  return (
    <Dialog title="Delete a run" onClose={onClose}>
      <form class="edit-run" onSubmit={(event) => void remove(event)}>
        <p>
          The folder <code>{run.id}</code> will be deleted from the disk: checkpoints, images, curves and
          notes of {formatCount(run.step)} steps and {formatDuration(run.seconds)} of training
          {files.value !== undefined && <>, {sizeOf(files.value)}</>}. It cannot be taken back.
        </p>
        {isRunning && <p class="warn">It is training: stop it first, on its page.</p>}
        <label>
          Type its name to confirm
          <input
            autocomplete="off"
            spellcheck={false}
            placeholder={run.id}
            value={typed.value}
            onInput={({ currentTarget }) => {
              typed.value = currentTarget.value;
            }}
          />
        </label>
        {failure.value !== undefined && <Failure error={failure.value} />}
        <footer>
          <button type="button" onClick={onClose}>
            Keep it
          </button>
          <button type="submit" class="danger" disabled={typed.value !== run.id || isRunning}>
            Delete for ever
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function sizeOf(files: readonly RunFile[]): string {
  return `${formatCount(files.length)} files, ${formatBytes(files.reduce((sum, { bytes }) => sum + bytes, 0))}`;
}
