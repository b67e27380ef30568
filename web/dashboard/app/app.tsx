import { CompareView } from '../compare/compareView.js';
import { ImagesView } from '../images/imagesView.js';
import { RunPage } from '../run/runPage.js';
import { RunsView } from '../runs/runsView.js';
import { useDashboard } from './dashboard.js';
import { Failure } from './failure.js';
import { Header } from './header.js';
import { Keys } from './keys.js';
import { route } from './route.js';

/** The page: what is the same everywhere, and the view that the address names. */
export function App() {
  const dashboard = useDashboard();
  const { failure, byId, isConnected } = dashboard;
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the content
      </button>
      <Header />
      <Keys />
      {!isConnected.value && (
        <p class="banner" role="status">
          The server does not answer. What is shown may be old; training goes on without it. Trying again…
        </p>
      )}
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

function View() {
  const { value } = route;
  switch (value.view) {
    case 'runs':
      return <RunsView />;
    case 'run':
      return <RunPage key={value.run} id={value.run} />;
    case 'images':
      return <ImagesView />;
    case 'compare':
      return <CompareView />;
  }
}
