import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readImage } from '../reading/readImage.js';
import { readPoints } from '../reading/readPoints.js';
import type { Run } from '../reading/run.js';
import { listRunFiles, readLogTail } from '../reading/runFiles.js';
import type { RunDetail } from '../reading/runSummary.js';
import type { Series } from '../reading/series.js';
import type { EmbeddedRun } from './api.js';
import { PAGE_FOLDER } from './page.js';

/** A file to send by mail: so many points of each curve, steps with images, and bytes of images. */
const POINTS = 2000;
const IMAGE_STEPS = 16;
const IMAGE_BYTES = 16e6;
const LOG_BYTES = 1 << 17;

/**
 * The whole run as one HTML file that needs nothing else.
 * @throws Error where the page has not been built
 */
export async function exportRun(run: Run, detail: RunDetail): Promise<string> {
  const template = await readFile(join(PAGE_FOLDER, 'report.html'), 'utf8');
  const json = JSON.stringify(await embedRun(run, detail)).replaceAll('<', '\\u003c');
  return template.replace('__REPORT__', () => json);
}

async function embedRun(run: Run, detail: RunDetail): Promise<EmbeddedRun> {
  const series: Series[] = [];
  for (const tag of detail.summary.scalars) {
    const found = await readPoints(run, tag, { points: POINTS });
    if (found !== undefined) series.push(found);
  }
  const images = await embedImages(run, detail);
  const imageSteps = detail.imageSteps.map((each) => ({
    ...each,
    steps: images.filter(({ tag }) => tag === each.tag).map(({ step }) => step),
  }));
  return {
    madeAt: new Date().toISOString(),
    detail: { ...detail, imageSteps },
    series,
    images,
    log: await readLogTail(run, LOG_BYTES),
    files: await listRunFiles(run),
  };
}

/** Some steps of each tag, evenly spread, the last one among them; fewer where they are large. */
async function embedImages(run: Run, { imageSteps }: RunDetail): Promise<EmbeddedRun['images']> {
  for (let most = IMAGE_STEPS; most > 0; most = Math.floor(most / 2)) {
    const images: { tag: string; step: number; uri: string }[] = [];
    let bytes = 0;
    for (const { tag, steps } of imageSteps) {
      for (const step of spread(steps, most)) {
        const image = bytes > IMAGE_BYTES ? undefined : await readImage(run, tag, step);
        if (image === undefined) continue;
        bytes += image.bytes.length;
        images.push({
          tag,
          step,
          uri: `data:${image.mediaType};base64,${Buffer.from(image.bytes).toString('base64')}`,
        });
      }
    }
    if (bytes <= IMAGE_BYTES) return images;
  }
  return [];
}

function spread(steps: readonly number[], most: number): number[] {
  if (steps.length <= most) return [...steps];
  if (most === 1) return [steps[steps.length - 1]];
  return Array.from({ length: most }, (_, i) => steps[Math.round((i * (steps.length - 1)) / (most - 1))]);
}
