import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { useDashboard } from '../app/dashboard.js';
import { FullSize } from './fullSize.js';
import { hiddenVisuals, place } from './imageSettings.js';
import './images.css';
import { SampleGrid } from './sampleGrid.js';
import { type RunImages, shotOf } from './shots.js';
import { StepBar } from './stepBar.js';
import { indexOfPlace, unionOfSteps } from './steps.js';
import { ViewBar } from './viewBar.js';
import { arrangeVisuals, type Sample, titleOfSample, type Visual } from './visuals.js';

interface ImagePanelProps {
  readonly runs: readonly RunImages[];
  /** So many samples are shown until somebody wants all. */
  readonly samplesAtFirst: number;
}

/** The images of some runs under one slider. */
export function ImagePanel({ runs, samplesAtFirst }: ImagePanelProps) {
  const { source } = useDashboard();
  const opened = useSignal<{ run: string; tag: string } | undefined>(undefined);
  const showsAll = useSignal(false);
  const { steps, samples, visuals } = useMemo(() => contentsOf(runs), [runs]);
  const index = indexOfPlace(steps, place.value);
  if (steps.length === 0) return <p class="quiet">No images yet.</p>;

  const shown = samples.map((sample) => withoutHidden(sample)).filter(({ rows }) => rows.length > 0);
  const some = showsAll.value ? shown : shown.slice(0, samplesAtFirst);
  const shots = some.flatMap(({ rows }) =>
    runs.flatMap((run) => rows.flat().flatMap((visual) => shotOf(source, run, visual, steps, index) ?? [])),
  );
  return (
    <div class="image-panel">
      <div class="image-bars">
        <StepBar steps={steps} index={index} imagesPerEpoch={sameForAll(runs)} />
        <ViewBar visuals={visuals} />
      </div>
      <div class="samples">
        {some.map((sample) => (
          <SampleGrid
            key={sample.id}
            sample={sample}
            title={samples.length > 1 ? titleOfSample(sample) : undefined}
            runs={runs.filter((run) => sample.rows.flat().some(({ tag }) => run.byTag.has(tag)))}
            steps={steps}
            index={index}
            onOpen={(run, { tag }) => {
              opened.value = { run: run.id, tag };
            }}
          />
        ))}
      </div>
      {some.length < shown.length && (
        <button
          type="button"
          class="more"
          onClick={() => {
            showsAll.value = true;
          }}
        >
          Show {shown.length - some.length} more samples
        </button>
      )}
      <FullSize shots={shots} opened={opened} steps={steps} index={index} />
    </div>
  );
}

function contentsOf(runs: readonly RunImages[]) {
  const lists = runs.flatMap(({ byTag }) => [...byTag.values()].map(({ steps }) => steps));
  const samples = arrangeVisuals(runs.flatMap(({ byTag }) => [...byTag.keys()]));
  const byName = new Map<string, Visual>();
  for (const visual of samples.flatMap(({ rows }) => rows.flat())) {
    if (!byName.has(visual.name)) byName.set(visual.name, visual);
  }
  return { steps: unionOfSteps(lists), samples, visuals: [...byName.values()] };
}

/** Without what a person has left out, unless that would leave nothing of a sample. */
function withoutHidden({ id, rows }: Sample): Sample {
  const left = rows
    .map((row) => row.filter(({ name }) => !hiddenVisuals.value.includes(name)))
    .filter((row) => row.length > 0);
  return { id, rows: left.length === 0 ? rows : left };
}

/** An epoch's length, where it is the same in all runs: only then a step belongs to one epoch. */
function sameForAll(runs: readonly RunImages[]): number | undefined {
  const lengths = new Set(runs.map(({ imagesPerEpoch }) => imagesPerEpoch));
  return lengths.size === 1 ? [...lengths][0] : undefined;
}
