import type { RunState, RunSummary } from '../../../src/records/reading/runSummary.js';
import './stateBadge.css';

const SIGNS: Readonly<Record<RunState, string>> = {
  running: '▶',
  stalled: '❚❚',
  crashed: '✕',
  stopped: '■',
  finished: '✓',
};

/** All states, those first that want attention. */
export const STATES = Object.keys(SIGNS) as readonly RunState[];

/** The sign of a state, in its colour. */
export function StateSign({ state }: { state: RunState }) {
  return (
    <span class={`state-sign ${state}`} aria-hidden="true">
      {SIGNS[state]}
    </span>
  );
}

/** A run's state, told by word, sign and colour; why it is so on hovering. */
export function StateBadge({ run: { state, stateReason } }: { run: RunSummary }) {
  return (
    <span class={`state ${state}`} title={stateReason}>
      <span aria-hidden="true">{SIGNS[state]}</span> {state}
    </span>
  );
}
