import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { formatCount } from '../app/format.js';
import { Scrolls } from '../app/scrolls.js';
import { place } from './imageSettings.js';
import { preload } from './preload.js';
import { nameOfShot, type Shot } from './shots.js';
import { placeOfIndex } from './steps.js';

const ZOOMS = [0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 16];

interface FullSizeProps {
  /** All that is shown behind it, in that order. */
  readonly shots: readonly Shot[];
  readonly opened: Signal<{ run: string; tag: string } | undefined>;
  readonly steps: readonly number[];
  readonly index: number;
}

/**
 * One image over the page, every pixel of it as one square. Left and right go through steps, up and down through what
 * else is shown, + and - change its size, Escape closes it.
 */
export function FullSize({ shots, opened, steps, index }: FullSizeProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const at = shots.findIndex(
    ({ run, visual }) => run.id === opened.value?.run && visual.tag === opened.value.tag,
  );
  useEffect(() => {
    if (at >= 0) dialog.current?.showModal();
    else dialog.current?.close();
  }, [at >= 0]);

  const goToStep = (to: number) => {
    if (steps[to] !== undefined) place.value = placeOfIndex(steps, to);
  };
  const goToShot = (to: number) => {
    const shot = shots[(to + shots.length) % shots.length];
    opened.value = { run: shot.run.id, tag: shot.visual.tag };
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => goToStep(index - 1),
    ArrowRight: () => goToStep(index + 1),
    Home: () => goToStep(0),
    End: () => goToStep(steps.length - 1),
    ArrowUp: () => goToShot(at - 1),
    ArrowDown: () => goToShot(at + 1),
  };
  return (
    <dialog
      ref={dialog}
      class="full-size"
      aria-label={at < 0 ? 'Image' : nameOfShot(shots[at])}
      onClose={() => {
        opened.value = undefined;
      }}
      onClick={({ target, currentTarget }) => {
        if (target === currentTarget) currentTarget.close(); // beside the image
      }}
      onKeyDown={(event) => {
        const go = keys[event.key];
        if (go === undefined) return;
        event.preventDefault();
        go();
      }}
    >
      {at >= 0 && (
        <Stage shot={shots[at]} toStep={(by) => goToStep(index + by)} close={() => dialog.current?.close()} />
      )}
    </dialog>
  );
}

interface StageProps {
  readonly shot: Shot;
  readonly toStep: (by: -1 | 1) => void;
  readonly close: () => void;
}

function Stage({ shot, toStep, close }: StageProps) {
  const view = useRef<HTMLElement>(null);
  useEffect(() => view.current?.focus(), []);
  const zoom = useSignal(fittingZoom(shot));
  const change = (by: -1 | 1) => {
    const next = ZOOMS[ZOOMS.indexOf(zoom.value) + by];
    if (next !== undefined) zoom.value = next;
  };
  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === '+' || key === '=') change(1);
      if (key === '-') change(-1);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const { run, visual, step, url, width, height, near } = shot;
  return (
    <>
      <header>
        <span>
          <span class="swatch" style={{ background: run.color }} /> {run.name}
        </span>
        <strong>{visual.label}</strong>
        <span class="pager">
          <button type="button" class="icon" aria-label="Step before" onClick={() => toStep(-1)}>
            ‹
          </button>
          step {formatCount(step)}
          <button type="button" class="icon" aria-label="Next step" onClick={() => toStep(1)}>
            ›
          </button>
        </span>
        <span class="quiet">
          {width} × {height}
        </span>
        <span class="pager">
          <button type="button" class="icon" aria-label="Smaller" onClick={() => change(-1)}>
            −
          </button>
          {Math.round(zoom.value * 100)} %
          <button type="button" class="icon" aria-label="Larger" onClick={() => change(1)}>
            +
          </button>
        </span>
        <a class="button" href={url} download={`${run.name}_${visual.name}_${step}.png`.replaceAll('/', '_')}>
          Save image
        </a>
        <button type="button" class="primary" onClick={close}>
          Close
        </button>
      </header>
      <Scrolls view={view} class="stage" label="Image">
        <img
          src={url}
          alt={nameOfShot(shot)}
          style={{ width: `${width * zoom.value}px`, height: `${height * zoom.value}px` }}
          onLoad={() => near.forEach(preload)}
        />
      </Scrolls>
      <footer class="quiet">← → steps · ↑ ↓ images · + − size · Esc closes</footer>
    </>
  );
}

/** The largest zoom at which an image is seen whole, at least a quarter. */
function fittingZoom({ width, height }: Shot): number {
  const [wide, high] = [innerWidth * 0.95, innerHeight * 0.8];
  return ZOOMS.filter((zoom) => width * zoom <= wide && height * zoom <= high).at(-1) ?? ZOOMS[0];
}
