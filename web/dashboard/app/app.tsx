import { quoted } from '../../../src/base/quoted.js';
import { CompareView } from '../compare/compareView.js';
import { ImagesView } from '../images/imagesView.js';
import { RunPage } from '../run/runPage.js';
import { RunsView } from '../runs/runsView.js';
import { SweepPage } from '../sweep/sweepPage.js';
import { useDashboard } from './dashboard.js';
import { Failure } from './failure.js';
import { Header } from './header.js';
import { Keys } from './keys.js';
import { route } from './route.js';

/** The page: what is the same everywhere, and the view that the address names. */
export function App() {
  const dashboard = useDashboard();
  const { failure, byId } = dashboard;
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the content
      </button>
      <Header />
      <Keys />
      <ConnectionBanner />
      <main id="main" tabIndex={-1}>
        {failure.value !== undefined && byId.value === undefined ? (
          <Failure error={failure.value} retry={() => void dashboard.load()} />
        ) : (
          byId.value !== undefined && <View />
        )}
      </main>
    </>
  );
}

function ConnectionBanner() {
  const { connection, program, logDirectory } = useDashboard();
  if (connection.value === 'open') return null;
  return (
    <p class="banner" role="status">
      {connection.value === 'lost' ? (
        'The server does not answer. What is shown may be old; training goes on without it. Trying again…'
      ) : (
        <>
          The training has ended, and with it the server of this page. This is how it ended; to see the runs
          again:{' '}
          <code>
            {program.value} dashboard --logdir {quoted(logDirectory.value)}
          </code>
        </>
      )}
    </p>
  );
}

function View() {
  const { value } = route;
  switch (value.view) {
    case 'runs':
      return <RunsView />;
    case 'run':
      return <RunPage key={value.run} id={value.run} />;
    case 'sweep':
      return <SweepPage key={value.sweep} id={value.sweep} />;
    case 'images':
      return <ImagesView />;
    case 'compare':
      return <CompareView />;
  }
}
