import { useLayoutEffect, useRef } from 'preact/hooks';
import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { useDashboard } from '../app/dashboard.js';
import { Failure } from '../app/failure.js';
import { Scrolls } from '../app/scrolls.js';
import { Section } from './section.js';
import { useFresh } from './useFresh.js';

/** Nearer to its end than this many pixels, the log follows what comes. */
const NEAR_END = 24;

/** The end of the log. It follows what is written until somebody scrolls up, and again from the end on. */
export function LogSection({ run }: { run: RunSummary }) {
  const { source } = useDashboard();
  const { value: log, failure } = useFresh(() => source.log(run.id), run.id, run.revision);
  const view = useRef<HTMLElement>(null);
  const follows = useRef(true);
  useLayoutEffect(() => {
    const { current } = view;
    if (current !== null && follows.current) current.scrollTop = current.scrollHeight;
  }, [log?.text]);

  if (log === undefined) return failure === undefined ? null : <Failure error={failure} />;
  if (log.text === '') return null;
  return (
    <Section
      id="log"
      title="Log"
      aside={log.isCut && <span class="quiet">its end; the whole is in the run's folder</span>}
    >
      <Scrolls
        view={view}
        class="log"
        label="End of the log"
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          follows.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
        }}
      >
        <pre>{log.text}</pre>
      </Scrolls>
    </Section>
  );
}
