import type { RunDetail, RunSummary } from '../../../src/records/dashboard/api.js';
import type { RunImages } from './shots.js';

/** A run as far as its images go. */
export function imagesOf({ summary, imageSteps }: RunDetail, color: string): RunImages {
  return {
    id: summary.id,
    name: nameOfRun(summary),
    color,
    imagesPerEpoch: summary.imagesPerEpoch,
    byTag: new Map(imageSteps.filter(({ steps }) => steps.length > 0).map((images) => [images.tag, images])),
  };
}

/** The name that a person has given it, or else its folder. */
function nameOfRun({ id, annotations }: RunSummary): string {
  return annotations.displayName ?? id;
}
