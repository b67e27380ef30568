import type { RunState, RunSummary } from '../../../src/records/reading/runSummary.js';
import './stateBadge.css';

const SIGNS: Readonly<Record<RunState, string>> = {
  running: '▶',
  stalled: '❚❚',
  crashed: '✕',
  stopped: '■',
  finished: '✓',
};

/** A run's state, told by word, sign and colour; why it is so on hovering. */
export function StateBadge({ run: { state, stateReason } }: { run: RunSummary }) {
  return (
    <span class={`state ${state}`} title={stateReason}>
      <span aria-hidden="true">{SIGNS[state]}</span> {state}
    </span>
  );
}
