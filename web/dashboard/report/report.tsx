import type { EmbeddedRun } from '../../../src/server/api.js';

/** A run that was sent as one file. */
export function Report({ run }: { run: EmbeddedRun }) {
  return <h1>{run.detail.summary.id}</h1>;
}
