import { useMemo } from 'preact/hooks';
import { useDashboard } from '../app/dashboard.js';
import { useRunDetails } from '../run/details.js';
import { ImagePanel } from './imagePanel.js';
import { imagesOf } from './imagesOf.js';

/** The images of the chosen runs, the same step across them. */
export function ImagesView() {
  const dashboard = useDashboard();
  const selected = dashboard.selected.value;
  const withImages = selected.filter(({ images }) => images.length > 0);
  const details = useRunDetails(withImages);
  const runs = useMemo(
    () => details.map((detail) => imagesOf(detail, dashboard.colourOf(detail.summary.id))),
    details,
  );
  return (
    <>
      <h1>Images</h1>
      {withImages.length === 0 ? (
        <p class="quiet">
          {selected.length === 0
            ? 'No run is chosen: mark some in the table of runs.'
            : 'The chosen runs have no images yet.'}
        </p>
      ) : (
        runs.length > 0 && <ImagePanel runs={runs} samplesAtFirst={12} />
      )}
    </>
  );
}
