import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { formatCount } from '../app/format.js';
import { place } from './imageSettings.js';
import { placeOfIndex } from './steps.js';

const FRAME_MILLISECONDS = 150;

interface StepBarProps {
  readonly steps: readonly number[];
  /** Into `steps`. */
  readonly index: number;
  readonly imagesPerEpoch?: number;
}

/** The slider over steps. At its end it stays at the newest images as they come. */
export function StepBar({ steps, index, imagesPerEpoch }: StepBarProps) {
  const last = steps.length - 1;
  const go = (to: number) => {
    place.value = placeOfIndex(steps, Math.min(last, Math.max(0, to)));
  };
  const step = steps[index];
  const epoch =
    imagesPerEpoch === undefined ? '' : `, epoch ${Math.max(1, Math.ceil(step / imagesPerEpoch))}`;
  return (
    <div class="step-bar">
      <PlayButton index={index} last={last} go={go} />
      <button
        type="button"
        class="icon"
        aria-label="Step before"
        disabled={index <= 0}
        onClick={() => go(index - 1)}
      >
        ‹
      </button>
      <button
        type="button"
        class="icon"
        aria-label="Next step"
        disabled={index >= last}
        onClick={() => go(index + 1)}
      >
        ›
      </button>
      <input
        type="range"
        aria-label="Step"
        aria-valuetext={`step ${step}${epoch}, ${index + 1} of ${steps.length}`}
        min="0"
        max={last}
        value={index}
        disabled={last <= 0}
        onInput={(event) => go(Number(event.currentTarget.value))}
      />
      <span class="step-text">
        step {formatCount(step)}
        {epoch}
        <span class="quiet">
          {' '}
          · {index + 1} of {steps.length}
        </span>
      </span>
      <button
        type="button"
        class="newest"
        aria-pressed={place.value === 'newest'}
        title="Show the newest images, and new ones as they come"
        onClick={() => go(last)}
      >
        Newest
      </button>
    </div>
  );
}

/** Plays all steps, one after another, up to the newest. */
function PlayButton({ index, last, go }: { index: number; last: number; go: (index: number) => void }) {
  const isPlaying = useSignal(false);
  useEffect(() => {
    if (!isPlaying.value) return;
    if (index >= last) {
      isPlaying.value = false;
      return;
    }
    const timer = setTimeout(() => go(index + 1), FRAME_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [isPlaying.value, index, last]);
  return (
    <button
      type="button"
      class="icon"
      aria-label={isPlaying.value ? 'Pause' : 'Play all steps'}
      disabled={last <= 0}
      onClick={() => {
        if (!isPlaying.value && index >= last) go(0);
        isPlaying.value = !isPlaying.value;
      }}
    >
      {isPlaying.value ? '❚❚' : '▶'}
    </button>
  );
}
