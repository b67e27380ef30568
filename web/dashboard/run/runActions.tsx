import { useSignal } from '@preact/signals';
import type { RunDetail, RunSummary } from '../../../src/records/dashboard/api.js';
import { useDashboard } from '../app/dashboard.js';
import { Failure } from '../app/failure.js';
import { CopyButton } from './copyButton.js';

/** Stop, save, resume, export. A request to a training is shown until it has been carried out. */
export function RunActions({ run, detail }: { run: RunSummary; detail: RunDetail | undefined }) {
  const { source } = useDashboard();
  const asked = useSignal<{ what: 'stop' | 'save'; checkpoints: number } | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  // Another program's training takes no requests from here.
  const lives = !run.isForeign && (run.state === 'running' || run.state === 'stalled');
  const checkpoints = detail?.marks.filter(({ kind }) => kind === 'checkpoint').length ?? 0;

  const ask = async (what: 'stop' | 'save') => {
    asked.value = { what, checkpoints };
    failure.value = undefined;
    try {
      await source[what](run.id);
    } catch (error) {
      failure.value = error;
      asked.value = undefined;
    }
  };
  return (
    <div class="run-actions">
      {source.isLive && lives && (
        <>
          <button
            type="button"
            class="danger"
            disabled={asked.value?.what === 'stop'}
            onClick={() => void ask('stop')}
          >
            Stop after this step
          </button>
          <button type="button" onClick={() => void ask('save')}>
            Save a checkpoint now
          </button>
        </>
      )}
      {source.exportRunUrl !== undefined && (
        <a class="button" href={source.exportRunUrl(run.id)} download>
          Export as one HTML file
        </a>
      )}
      <span role="status" class="quiet">
        {asked.value !== undefined && outcome(asked.value, run, checkpoints)}
      </span>
      {failure.value !== undefined && <Failure error={failure.value} />}
      {detail?.resumeCommand !== undefined && !lives && (
        <div class="resume">
          <span class="quiet">To go on with it:</span>
          <code>{detail.resumeCommand}</code>
          <CopyButton text={detail.resumeCommand} label="Copy" />
        </div>
      )}
    </div>
  );
}

function outcome(
  asked: { what: 'stop' | 'save'; checkpoints: number },
  { state, step }: RunSummary,
  checkpoints: number,
): string {
  if (asked.what === 'save') {
    return checkpoints > asked.checkpoints
      ? `A checkpoint has been saved, at step ${step} or shortly before.`
      : 'Asked. The checkpoint is saved after the step that is being computed…';
  }
  return state === 'running' || state === 'stalled'
    ? 'Asked. The training ends after its step, with a checkpoint…'
    : `It has ${state === 'stopped' ? 'stopped' : `ended: ${state}`}.`;
}
