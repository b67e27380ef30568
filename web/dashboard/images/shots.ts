import type { ImageSteps } from '../../../src/records/reading/runSummary.js';
import type { DataSource } from '../source.js';
import { stepUpTo } from './steps.js';
import type { Visual } from './visuals.js';

/** The images of a run, and how it is shown beside them. */
export interface RunImages {
  readonly id: string;
  readonly name: string;
  /** `#rrggbb` */
  readonly color: string;
  readonly imagesPerEpoch?: number;
  readonly byTag: ReadonlyMap<string, ImageSteps>;
}

/** One image as it is shown: of a run, of a visual, at a step. */
export interface Shot {
  readonly run: RunImages;
  readonly visual: Visual;
  /** At which it was kept: where the slider stands, or before. */
  readonly step: number;
  readonly url: string;
  readonly width: number;
  readonly height: number;
  /** The images that the slider will show next, to either side, nearest first. */
  readonly near: readonly string[];
}

/** How far ahead images are loaded on either side of the slider. */
const AHEAD = 4;

/** A run's image of a visual at the slider's place; undefined where there is none yet. */
export function shotOf(
  source: DataSource,
  run: RunImages,
  visual: Visual,
  steps: readonly number[],
  index: number,
): Shot | undefined {
  const images = run.byTag.get(visual.tag);
  const urlAt = (at: number) => {
    const step = images && steps[at] !== undefined ? stepUpTo(images.steps, steps[at]) : undefined;
    return step === undefined ? undefined : { step, url: source.imageUrl(run.id, visual.tag, step) };
  };
  const here = urlAt(index);
  if (images === undefined || here === undefined) return undefined;
  const around = Array.from({ length: AHEAD }, (_, i) => [urlAt(index + i + 1), urlAt(index - i - 1)]).flat();
  const near = [...new Set(around.flatMap((shot) => shot?.url ?? []))].filter((url) => url !== here.url);
  return { run, visual, ...here, width: images.width, height: images.height, near };
}

/** `run, output, step 1200`: the text alternative of a shot. */
export function nameOfShot({ run, visual, step }: Shot): string {
  return `${run.name}, ${visual.label}, step ${step}`;
}
