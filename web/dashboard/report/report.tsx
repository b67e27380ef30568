import { useEffect, useMemo } from 'preact/hooks';
import type { EmbeddedRun } from '../../../src/records/dashboard/api.js';
import { Dashboard, DashboardContext } from '../app/dashboard.js';
import { RunPage } from '../run/runPage.js';
import { EmbeddedSource } from './embeddedSource.js';

/** The page of a run that was exported as one file. */
export function Report({ run }: { run: EmbeddedRun }) {
  const dashboard = useMemo(() => new Dashboard(new EmbeddedSource(run)), [run]);
  const { id, annotations } = run.detail.summary;
  useEffect(() => {
    document.title = `${annotations.displayName ?? id}: pix2pix`;
    void dashboard.load();
  }, [dashboard]);
  return (
    <DashboardContext.Provider value={dashboard}>
      <main>
        {dashboard.byId.value !== undefined && <RunPage id={id} />}
        <footer class="report-end quiet">
          As it was on{' '}
          {new Date(run.madeAt).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' })}. Made by
          pix2pix-ts; this file needs no server and no network.
        </footer>
      </main>
    </DashboardContext.Provider>
  );
}
