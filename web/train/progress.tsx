import { useEffect, useRef } from 'preact/hooks';
import type { ImageBatch } from '../../src/data/batch/imageBatch.js';
import { toImageData } from '../canvasImages.js';
import type { LossPoint, Trainer } from './trainer.js';

const TITLES: Readonly<Record<string, string>> = { real_A: 'Input', fake_B: 'Output', real_B: 'Target' };

/** The training that runs, or has ended. */
export function Progress({ trainer }: { trainer: Trainer }) {
  const { value: state } = trainer.state;
  if (state.kind === 'idle') return null;
  const { value: points } = trainer.points;
  return (
    <section class="card" aria-labelledby="run">
      <h2 id="run">{trainer.run.value}</h2>
      <p role="status" class={state.kind === 'ended' && state.isError ? 'failed' : ''}>
        {wordsOf(trainer)}
      </p>
      <div role="alert">
        {[...trainer.warnings.value, trainer.unsaved.value ?? []].flat().map((text) => (
          <p key={text} class="failed">
            {text}
          </p>
        ))}
      </div>
      {state.kind === 'training' && (
        <p class="buttons">
          <button type="button" onClick={() => trainer.pause()}>
            Pause
          </button>
          <button type="button" onClick={() => trainer.save()}>
            Save now
          </button>
        </p>
      )}
      {trainer.savedStep.value !== undefined && (
        <p class="quiet">Saved in the browser at step {trainer.savedStep.value}.</p>
      )}
      <div class="images">
        {Object.entries(trainer.images.value).map(([name, image]) => (
          <Picture key={name} title={TITLES[name] ?? name} image={image} />
        ))}
      </div>
      {points.length > 0 && (
        <div class="charts">
          {Object.keys(points[0].losses).map((name) => (
            <Curve key={name} name={name} points={points} />
          ))}
        </div>
      )}
    </section>
  );
}

function wordsOf(trainer: Trainer): string {
  const { value: state } = trainer.state;
  switch (state.kind) {
    case 'starting':
      return `${state.text.split('\n')[0]} …`;
    case 'training': {
      const { epoch, step, milliseconds } = trainer;
      if (step.value === 0) return `Compiling the step for ${state.adapter} …`;
      return `Epoch ${epoch.value} of ${state.lastEpoch}, step ${step.value}, ${milliseconds.value.toFixed(0)} ms a step on ${state.adapter}`;
    }
    case 'ended':
      return state.text;
    case 'idle':
      return '';
  }
}

function Picture({ title, image }: { title: string; image: ImageBatch }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const pixels = toImageData(image);
    Object.assign(canvas.current!, { width: pixels.width, height: pixels.height });
    canvas.current!.getContext('2d')!.putImageData(pixels, 0, 0);
  }, [image]);
  return (
    <figure>
      <canvas ref={canvas} role="img" aria-label={title} />
      <figcaption>{title}</figcaption>
    </figure>
  );
}

const [WIDTH, HEIGHT] = [300, 90];

/** A loss over the steps. */
function Curve({ name, points }: { name: string; points: readonly LossPoint[] }) {
  const values = points.map(({ losses }) => losses[name]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const y = (value: number) => HEIGHT - 4 - ((value - low) / (high - low || 1)) * (HEIGHT - 8);
  const [first, end] = [points[0].step, points[points.length - 1].step];
  const x = (step: number) => ((step - first) / (end - first || 1)) * WIDTH; // older points are fewer
  const line = points
    .map(({ step, losses }) => `${x(step).toFixed(1)},${y(losses[name]).toFixed(1)}`)
    .join(' ');
  const last = values[values.length - 1].toFixed(3);
  return (
    <figure>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${name}: ${last}, between ${low.toFixed(3)} and ${high.toFixed(3)}`}
      >
        <polyline points={line} />
      </svg>
      <figcaption>
        {name} <strong>{last}</strong>
      </figcaption>
    </figure>
  );
}
