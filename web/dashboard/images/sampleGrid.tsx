import { useDashboard } from '../app/dashboard.js';
import { formatCount } from '../app/format.js';
import { DifferenceTile } from './differenceTile.js';
import { mode, pair, tileWidth } from './imageSettings.js';
import { type RunImages, type Shot, shotOf } from './shots.js';
import { Tile } from './tile.js';
import { comparedVisuals, type Sample, type Visual } from './visuals.js';
import { WipeTile } from './wipeTile.js';

interface SampleGridProps {
  readonly sample: Sample;
  readonly title: string | undefined;
  readonly runs: readonly RunImages[];
  readonly steps: readonly number[];
  readonly index: number;
  readonly onOpen: (run: RunImages, visual: Visual) => void;
}

/** One sample: a strip of images of each run, at the same step. */
export function SampleGrid({ sample, title, runs, steps, index, onOpen }: SampleGridProps) {
  const { source } = useDashboard();
  return (
    <section class="sample" style={{ '--tile': `${tileWidth.value}px` }}>
      {title !== undefined && <h3>{title}</h3>}
      <div class="strips">
        {runs.map((run) => (
          <RunStrips
            key={run.id}
            run={run}
            sample={sample}
            isLabelled={runs.length > 1}
            step={steps[index]}
            shot={(visual) => shotOf(source, run, visual, steps, index)}
            onOpen={(visual) => onOpen(run, visual)}
          />
        ))}
      </div>
    </section>
  );
}

interface RunStripsProps {
  readonly run: RunImages;
  readonly sample: Sample;
  readonly isLabelled: boolean;
  /** The slider's step: a run whose images are older says of which step they are. */
  readonly step: number;
  readonly shot: (visual: Visual) => Shot | undefined;
  readonly onOpen: (visual: Visual) => void;
}

/** The images of one run. */
function RunStrips({ run, sample, isLabelled, step, shot, onOpen }: RunStripsProps) {
  const kept = sample.rows.flat().flatMap((visual) => shot(visual)?.step ?? []);
  const newest = kept.length === 0 ? undefined : Math.max(...kept);
  return (
    <div class="strip">
      {isLabelled && (
        <p class="strip-run">
          <span class="swatch" style={{ background: run.color }} /> {run.name}
          {newest !== undefined && newest !== step && (
            <span class="quiet"> at step {formatCount(newest)}</span>
          )}
        </p>
      )}
      {newest === undefined && <p class="tile-empty quiet">nothing yet</p>}
      {(newest === undefined ? [] : stripsOf(sample)).map((visuals) => (
        <Strip
          key={visuals.map(({ tag }) => tag).join(' ')}
          visuals={visuals}
          step={newest}
          shot={shot}
          onOpen={onOpen}
        />
      ))}
    </div>
  );
}

/** The rows of a sample; where two images are compared, these two of each row, or the two that were chosen. */
function stripsOf({ rows }: Sample): (readonly Visual[])[] {
  if (mode.value === 'plain') return [...rows];
  const all = rows.flat();
  const chosen = pair.value?.map((name) => all.find((visual) => visual.name === name));
  if (chosen?.[0] !== undefined && chosen[1] !== undefined) return [[chosen[0], chosen[1]]];
  return rows.flatMap((row) => [comparedVisuals(row) ?? []]).filter((row) => row.length > 0);
}

interface StripProps {
  readonly visuals: readonly Visual[];
  readonly step: number | undefined;
  readonly shot: (visual: Visual) => Shot | undefined;
  readonly onOpen: (visual: Visual) => void;
}

function Strip({ visuals, step, shot, onOpen }: StripProps) {
  const shots = visuals.map(shot);
  const columns = mode.value === 'wipe' ? 1 : visuals.length + (mode.value === 'difference' ? 1 : 0);
  return (
    <div class={`tiles ${mode.value}`} style={{ '--columns': columns }}>
      {mode.value === 'wipe' ? (
        <WipeTile a={shots[0]} b={shots[1]} />
      ) : (
        visuals.map((visual, i) => (
          <Tile
            key={visual.tag}
            shot={shots[i]}
            label={visual.label}
            step={step}
            onOpen={() => onOpen(visual)}
          />
        ))
      )}
      {mode.value === 'difference' && <DifferenceTile a={shots[0]} b={shots[1]} />}
    </div>
  );
}
