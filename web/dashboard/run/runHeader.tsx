import { formatDuration } from '../../../src/base/duration.js';
import type { RunDetail, RunSummary } from '../../../src/records/dashboard/api.js';
import { formatCount, formatNumber } from '../app/format.js';
import { StateBadge } from '../app/stateBadge.js';
import { Notes } from './notes.js';
import { RunActions } from './runActions.js';

/** The head of a run's page: name, state and progress, problems, and actions. */
export function RunHeader({ run, detail }: { run: RunSummary; detail: RunDetail | undefined }) {
  const { id, annotations, problems, state, stateReason } = run;
  const { displayName, labels = [] } = annotations;
  return (
    <header class="run-header">
      <div class="run-name">
        <h1>{displayName ?? id}</h1>
        <StateBadge run={run} />
        {labels.map((label) => (
          <span class="label" key={label}>
            {label}
          </span>
        ))}
      </div>
      {displayName !== undefined && displayName !== id && <code class="quiet">{id}</code>}
      {stateReason !== undefined && (
        <p class={state === 'crashed' ? 'problem' : 'quiet'}>
          {state}: {stateReason}
        </p>
      )}
      {problems.map((problem) => (
        <p class="problem" key={problem}>
          {problem}
        </p>
      ))}
      <Progress run={run} />
      <Notes run={run} />
      <RunActions run={run} detail={detail} />
    </header>
  );
}

function Progress({ run }: { run: RunSummary }) {
  const { step, epoch, epochs, progress, etaSeconds, imagesPerSecond, seconds, reading, state } = run;
  const facts = [
    `step ${formatCount(step)}`,
    epoch !== undefined && `epoch ${epoch}${epochs === undefined ? '' : ` of ${epochs}`}`,
    `${formatDuration(seconds)} so far`,
    state === 'running' && etaSeconds !== undefined && `about ${formatDuration(etaSeconds)} left`,
    state === 'running' && imagesPerSecond !== undefined && `${formatNumber(imagesPerSecond)} images/s`,
    reading !== undefined && `${Math.round(reading * 100)} % of its record read`,
  ].filter((fact) => fact !== false);
  return (
    <div class="run-progress">
      {progress !== undefined && (
        <progress value={progress} max="1" aria-label="Progress">
          {Math.round(progress * 100)} %
        </progress>
      )}
      <p class="facts">
        {progress !== undefined && <strong>{Math.round(progress * 100)} %</strong>}
        {facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </p>
    </div>
  );
}
