import { useEffect, useRef, useState } from 'preact/hooks';
import { Pix2PixError } from '../../../src/base/errors/pix2pixError.js';
import { formatNumber } from '../app/format.js';
import { difference } from './difference.js';
import { differenceTop } from './imageSettings.js';
import { pixelsOf } from './preload.js';
import type { Shot } from './shots.js';

/** Larger images are compared at a smaller size: a screen shows no more. */
const MAX_SIDE = 2048;

/** The absolute difference of two images as heat, with its mean. */
export function DifferenceTile({ a, b }: { a: Shot | undefined; b: Shot | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [outcome, setOutcome] = useState('');
  const top = differenceTop.value;
  const [width, height] = sizeOf(a);

  useEffect(() => {
    let isCurrent = true;
    const draw = async () => {
      if (a === undefined || b === undefined) return setOutcome('nothing yet');
      const [first, second] = await Promise.all([a, b].map(({ url }) => pixelsOf(url, width, height)));
      const context = canvas.current?.getContext('2d');
      if (!isCurrent || !context) return;
      const { pixels, mean } = difference(first, second, top);
      context.putImageData(new ImageData(pixels, width, height), 0, 0);
      setOutcome(`mean ${formatNumber(mean)} of 255`);
    };
    draw().catch((error) => {
      const reason = error instanceof Pix2PixError ? error.message : 'one of the two cannot be read';
      if (isCurrent) setOutcome(reason);
    });
    return () => {
      isCurrent = false;
    };
  }, [a?.url, b?.url, top, width, height]);

  return (
    <figure class="tile">
      <canvas
        ref={canvas}
        width={width}
        height={height}
        class={width < 200 ? 'coarse' : undefined}
        role="img"
        aria-label={`absolute difference: ${outcome}`}
      />
      <figcaption>
        difference <span class="quiet">{outcome}</span>
      </figcaption>
    </figure>
  );
}

function sizeOf(shot: Shot | undefined): [width: number, height: number] {
  const { width, height } = shot ?? { width: 256, height: 256 };
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height, 1));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}
