import { useSignal } from '@preact/signals';
import type { Shot } from './shots.js';

/** Two images over each other, with an edge between them that the pointer or the arrow keys move. */
export function WipeTile({ a, b }: { a: Shot | undefined; b: Shot | undefined }) {
  const edge = useSignal(50);
  if (a === undefined || b === undefined) return <p class="tile-empty quiet">nothing yet</p>;
  const style = { '--edge': `${edge.value}%` };
  return (
    <figure class="tile wipe" style={style}>
      <div class="wipe-images">
        <img src={a.url} alt={a.visual.label} width={a.width} height={a.height} class={coarse(a)} />
        <img src={b.url} alt={b.visual.label} width={b.width} height={b.height} class={coarse(b)} />
        <input
          type="range"
          min="0"
          max="100"
          value={edge.value}
          aria-label={`Edge between ${a.visual.label} and ${b.visual.label}`}
          onInput={(event) => {
            edge.value = Number(event.currentTarget.value);
          }}
        />
      </div>
      <figcaption>
        <span>{a.visual.label}</span>
        <span>{b.visual.label}</span>
      </figcaption>
    </figure>
  );
}

function coarse({ width }: Shot): string | undefined {
  return width < 200 ? 'coarse' : undefined;
}
