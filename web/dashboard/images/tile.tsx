import { useState } from 'preact/hooks';
import { formatCount } from '../app/format.js';
import { preload } from './preload.js';
import { nameOfShot, type Shot } from './shots.js';
import { isStill } from './visuals.js';

interface TileProps {
  readonly shot: Shot | undefined;
  readonly label: string;
  /** Of the images beside it: one of an earlier step says so. */
  readonly step: number | undefined;
  readonly onOpen: () => void;
}

/** One image. It keeps showing the last one until the next has come, and then loads those around it. */
export function Tile({ shot, label, step, onOpen }: TileProps) {
  const [broken, setBroken] = useState<string>();
  if (shot === undefined) {
    return (
      <figure class="tile">
        <p class="tile-empty quiet">nothing yet</p>
        <figcaption>{label}</figcaption>
      </figure>
    );
  }
  const { url, width, height, near } = shot;
  return (
    <figure class="tile">
      {broken === url ? (
        <p class="tile-empty quiet">this image cannot be read</p>
      ) : (
        <button
          type="button"
          class="tile-open"
          onClick={onOpen}
          aria-label={`${nameOfShot(shot)}: full size`}
        >
          <img
            src={url}
            alt=""
            width={width}
            height={height}
            class={width < 200 ? 'coarse' : undefined}
            loading="lazy"
            decoding="sync"
            data-visual={shot.visual.name}
            data-step={shot.step}
            onLoad={() => near.forEach(preload)}
            onError={() => setBroken(url)}
          />
        </button>
      )}
      <figcaption>
        {label}
        {shot.step !== step && !isStill(shot.visual) && (
          <span class="quiet"> at {formatCount(shot.step)}</span>
        )}
      </figcaption>
    </figure>
  );
}
